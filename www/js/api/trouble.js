// Which failures end an engine where it is, so that another one must take its place; and which may be a GPU's.

import { toVaeError } from './errors.js';

/** What a GPU that is well may refuse as unsupported too. @type {readonly string[]} */
const MAY_BE_UNSUPPORTED = Object.freeze(['create', 'load', 'setDataset', 'profile', 'latentPca', 'logLikelihood2d']);

/**
 * Whether an engine that threw this can do nothing more: its GPU refuses what every request needs, or the program is at its end.
 * @param {unknown} thrown
 * @param {string} op that was asked for
 * @param {import('./types.js').BackendInfo['kind']} kind where the engine computes
 */
export function isTheEnd(thrown, op, kind) {
  if (thrown instanceof WebAssembly.RuntimeError) return true;
  if (kind !== 'webgpu') return false;
  const { code } = toVaeError(thrown);
  // A model that there is no memory for must not cost the one that is there.
  if (code === 'out-of-memory') return op !== 'create';
  return code === 'device-lost' || (code === 'unsupported' && !MAY_BE_UNSUPPORTED.includes(op));
}

/**
 * Whether an engine that could not be made might be made on the CPU.
 * @param {unknown} thrown
 * @param {import('./types.js').BackendRequest} [backend] that was asked for
 */
export function mayBeTheGpu(thrown, backend = 'auto') {
  const { code } = toVaeError(thrown);
  return backend === 'auto' && 'gpu' in (globalThis.navigator ?? {}) && ['internal', 'out-of-memory', 'device-lost'].includes(code);
}
