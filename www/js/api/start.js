// Starts the engine's worker, for a Vae that is made now or one that is about to be.

import { isUsual } from './protocol.js';

/** @type {Worker | null} */
let spare = null;

/** Named `USUAL` of protocol.js; bundlers read the call as it stands, so it is written out. */
const usual = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine' });

/**
 * Begins to fetch and to compile the engine; the next Vae that takes it from its usual place has it at once.
 * @param {Worker | null} [started] what `early.js` has started already
 */
export function preload(started) {
  if (spare) return;
  const worker = started ?? usual();
  // One that could not be loaded would never answer: whoever needs one starts another, and hears why.
  worker.onerror = () => {
    if (spare === worker) spare = null;
  };
  spare = worker;
}

/**
 * @param {{ wasmUrl?: string, simd?: string }} from which engine
 * @returns {Worker}
 */
export function startWorker(from) {
  if (!isUsual(from)) return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine-elsewhere' });
  const worker = spare ?? usual();
  spare = null;
  return worker;
}
