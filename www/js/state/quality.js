// How well the model explains the drawing, and how well it explains real digits.

/**
 * @typedef {object} QualityState
 * @property {{ recon: number, kl: number } | null} terms of the drawing's ELBO in nats, a mean over some draws of z
 * @property {Float64Array | null} usual the ELBO of real test digits in nats, in ascending order
 */

/** @returns {QualityState} */
export function qualityState() {
  return { terms: null, usual: null };
}
