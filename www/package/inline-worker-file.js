// The inline module's worker, from the text within. It stands in the place of js/api/worker-file.js.

import text from './worker-bundle.txt';

/** Made when it is first needed, and kept: workers that share a run are started from it too. @type {string | null} */
let url = null;

export function workerFile() {
  url ??= URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return url;
}

/** @returns {Worker} that is handed the engine */
export const startElsewhere = () => new Worker(workerFile(), { type: 'module', name: 'vae-engine-elsewhere' });
export const startUsual = startElsewhere;
