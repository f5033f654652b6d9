// The first model: what the address asks for, or as near to it as can be had.

import { PRETRAINED_PRESETS } from './api/assets.js';
import { toVaeError } from './api/errors.js';
import { Vae } from './api/vae.js';

/** @typedef {import('./store.js').State} State */
/** @typedef {Pick<State, 'preset' | 'spec' | 'weights' | 'requestedBackend'>} Wish */

/** What making an engine on a GPU may fail with. @type {readonly import('./api/errors.js').VaeErrorCode[]} */
const GPU_FAILURES = Object.freeze(['unsupported', 'internal', 'out-of-memory', 'device-lost']);

/**
 * What to try after something failed.
 * @param {Wish} wish
 * @param {import('./api/errors.js').VaeErrorCode} code
 * @param {string | null} fallback a preset; null where no other model will do
 * @returns {Wish | null} null where nothing is left to try
 */
export function nextWish(wish, code, fallback) {
  const { requestedBackend, spec, preset, weights } = wish;
  // Not at once the CPU: `auto` takes it too, and knows why.
  if (requestedBackend === 'webgpu' && GPU_FAILURES.includes(code)) return { ...wish, requestedBackend: 'auto' };
  if (code === 'unsupported' && requestedBackend === 'auto') return { ...wish, requestedBackend: 'cpu' };
  // Perhaps it is the GPU's kernels that could not be fetched, not the weights.
  if (requestedBackend === 'webgpu' && code === 'network' && weights === 'random') {
    return { ...wish, requestedBackend: 'auto', weights: spec ? 'random' : startWeights(preset) };
  }
  // Only the weights could not be had.
  if (weights === 'pretrained' && (code === 'network' || code === 'invalid-checkpoint')) return { ...wish, weights: 'random' };
  if (fallback !== null && (spec || preset !== fallback)) return { ...wish, spec: null, preset: fallback, weights: startWeights(fallback) };
  return weights === 'pretrained' ? { ...wish, weights: 'random' } : null;
}

/**
 * @param {string} preset
 * @returns {'pretrained' | 'random'}
 */
function startWeights(preset) {
  return PRETRAINED_PRESETS.includes(preset) ? 'pretrained' : 'random';
}

/**
 * Where the weights or the model cannot be had, the page opens with what can, and says so.
 * @param {import('./store.js').Store} store
 * @param {string | null} fallback a preset; null where no other model will do
 * @param {typeof Vae.create} [create]
 * @returns {Promise<Vae>}
 */
export async function openVae(store, fallback, create = (options) => Vae.create(options)) {
  const { preset, spec, weights, requestedBackend, seed } = store.state;
  /** @type {State['error']} */
  let error = null;
  /** @type {Wish | null} */
  let wish = { preset, spec, requestedBackend, weights: weights === 'random' || spec ? 'random' : startWeights(preset) };
  while (true) {
    try {
      const model = wish.spec ?? wish.preset;
      // It never trains: another one does.
      const vae = await create({ model, backend: wish.requestedBackend, seed, weights: wish.weights === 'pretrained' ? 'pretrained' : 'random', workers: 1 });
      store.set({ preset: wish.preset, weights: wish.weights, error });
      return vae;
    } catch (thrown) {
      const { code, message } = toVaeError(thrown);
      // Whatever a GPU that was asked for failed at, it cannot be had.
      error ??= { code: wish.requestedBackend === 'webgpu' && GPU_FAILURES.includes(code) ? 'unsupported' : code, message };
      wish = nextWish(wish, code, fallback);
      if (!wish) throw thrown;
    }
  }
}
