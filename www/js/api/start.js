// Starts the engine's worker, for a Vae that is made now or one that is about to be.

/** @type {Worker | null} */
let spare = null;

/** Named `USUAL` of protocol.js; bundlers read the call as it stands, so it is written out. */
const usual = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine' });

/**
 * Begins to fetch and to compile the engine; the next Vae that takes it from its usual place has it at once.
 * @param {Worker} [started] what `early.js` has started already
 */
export function preload(started) {
  spare ??= started ?? usual();
}

/**
 * @param {string | undefined} wasmUrl where the engine lies, if not at its usual place
 * @returns {Worker}
 */
export function startWorker(wasmUrl) {
  if (wasmUrl !== undefined) return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine-elsewhere' });
  const worker = spare ?? usual();
  spare = null;
  return worker;
}
