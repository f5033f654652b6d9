// Pictures imagined from the prior.

/**
 * @typedef {object} SamplesState
 * @property {Float32Array | null} samples n×784 probabilities
 * @property {number} sampleSeed
 */

/** @returns {SamplesState} */
export function samplesState() {
  return { samples: null, sampleSeed: 1 };
}
