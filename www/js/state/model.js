// Which model is there, what computes it and where its weights come from.

/** Stands where a preset's name would, for a model that is none. */
export const OWN_MODEL = 'own';

/**
 * @typedef {object} ModelState
 * @property {import('../api/types.js').BackendRequest} requestedBackend
 * @property {import('../api/types.js').BackendInfo | null} backend
 * @property {import('../api/types.js').VaeSpec | null} spec
 * @property {number} parameterCount
 * @property {readonly import('../api/types.js').Preset[]} presets
 * @property {string} preset
 * @property {'pretrained' | 'random' | 'trained' | 'file'} weights
 * @property {number} weightsVersion grows whenever what the model computes has changed
 */

/** @returns {ModelState} */
export function modelState() {
  return {
    requestedBackend: 'auto', backend: null, spec: null, parameterCount: 0, presets: [],
    preset: 'mini-2', weights: 'pretrained', weightsVersion: 0,
  };
}
