// Where the worker's file lies, and how it is started from there. Bundlers read each call as it stands, so both are written out.

/** Named `USUAL` of protocol.js. @returns {Worker} */
export const startUsual = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine' });

/** @returns {Worker} that waits to be told which engine to load */
export const startElsewhere = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine-elsewhere' });

/** @returns {string} its URL beside this module, which is not so where a bundler put both elsewhere */
export function workerFile() {
  const directory = import.meta.url.replace(/[^/]*$/, '');
  return `${directory}worker.js`;
}
