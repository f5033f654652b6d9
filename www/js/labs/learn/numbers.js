// The numbers that the equations and the guides speak of. Pure arithmetic, nats.

/** KL per dimension below which it says next to nothing of this image. */
const SILENT = 0.05;

/**
 * KL of N(μ, σ²) to N(0, 1), dimension by dimension: ½ (μ² + σ² − 1 − log σ²) (Kingma and Welling, 2014, appendix B).
 * @param {ArrayLike<number>} mu
 * @param {ArrayLike<number>} sigma
 * @returns {number[]} nats
 */
export function klPerDimension(mu, sigma) {
  return Array.from(mu, (mean, j) => (mean ** 2 + sigma[j] ** 2 - 1) / 2 - Math.log(sigma[j]));
}

/** @param {readonly number[]} values */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * Dimensions in the order of how much they say of the image.
 * @param {ArrayLike<number>} mu
 * @param {ArrayLike<number>} sigma
 * @returns {number[]} their indices
 */
export function loudest(mu, sigma) {
  const kl = klPerDimension(mu, sigma);
  return kl.map((_, j) => j).sort((a, b) => kl[b] - kl[a]);
}

/**
 * @param {ArrayLike<number>} mu
 * @param {ArrayLike<number>} sigma
 * @returns {number} dimensions that say something of this image
 */
export function speaking(mu, sigma) {
  return klPerDimension(mu, sigma).filter((kl) => kl > SILENT).length;
}

/** @param {ArrayLike<number>} vector */
export const length = (vector) => Math.hypot(...Array.from(vector));

/**
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @returns {string} with a minus sign proper; a dash where there is none
 */
export function show(value, digits = 2) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  // Rounds −0.001 to 0, not to −0.
  return (Number(value.toFixed(digits)) + 0).toFixed(digits).replace('-', '−');
}
