// In which order the dimensions of the code stand.

/** A dimension that carries less than this many nats is as good as unused. */
export const IDLE_NATS = 0.01;

/**
 * @param {ArrayLike<number>} kl nats per dimension
 * @returns {number[]} indices, the most telling first; equals stay in place
 */
export function orderByKl(kl) {
  return Array.from(kl, (_, j) => j).sort((one, other) => kl[other] - kl[one] || one - other);
}

/**
 * KL(q(z|x) ‖ N(0, 1)) of each dimension for one posterior.
 * @param {Float32Array} mu latent
 * @param {Float32Array} sigma latent
 * @returns {Float64Array} nats
 */
export function klOfPosterior(mu, sigma) {
  return Float64Array.from(mu, (mean, j) => (mean * mean + sigma[j] * sigma[j] - 1) / 2 - Math.log(sigma[j]));
}
