// The code of the drawing, the code that is decoded, and the picture that comes of it.

/**
 * @typedef {object} LatentState
 * @property {Float32Array | null} mu
 * @property {Float32Array | null} sigma
 * @property {Float32Array | null} z
 * @property {'mu' | 'sample' | 'hand' | 'hover'} zSource where z comes from; `hover` passes, and what was there comes back
 * @property {Float32Array | null} reconstruction 784 probabilities
 */

/** @returns {LatentState} */
export function latentState() {
  return { mu: null, sigma: null, z: null, zSource: 'mu', reconstruction: null };
}
