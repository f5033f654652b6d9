// The standard normal distribution: shares of the prior from values of z, and back.

/** Beyond this Φ is 0 or 1 for every purpose of a picture, and the series below grows long. */
const FAR = 8;

/**
 * Φ(x), by the series of Marsaglia, "Evaluating the Normal Distribution" (2004).
 * @param {number} x
 * @returns {number} the share of N(0, 1) below x
 */
export function normalCdf(x) {
  if (x <= -FAR) return 0;
  if (x >= FAR) return 1;
  let term = x;
  let sum = x;
  for (let odd = 3, before = 0; sum !== before; odd += 2) {
    before = sum;
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + sum * density(x);
}

/**
 * Φ⁻¹(p), by Halley's method from the logistic distribution's quantile.
 * @param {number} p in [0, 1]
 * @returns {number} the value that a share p of N(0, 1) lies below; at most 8 in size
 */
export function normalQuantile(p) {
  if (!(p > 0)) return -FAR;
  if (!(p < 1)) return FAR;
  // Below a half all digits of p count; above, 1 − p has lost some of them already.
  if (p > 0.5) return -normalQuantile(1 - p);
  let x = p < 0.02 ? -Math.sqrt(-2 * Math.log(p)) + 0.4 : Math.log(p / (1 - p)) / 1.702;
  for (let round = 0; round < 12; round++) {
    const error = (normalCdf(x) - p) / density(x);
    const step = error / (1 + (x * error) / 2);
    x = Math.max(-FAR, Math.min(0, x - step));
    if (Math.abs(step) < 1e-12) break;
  }
  return x;
}

/** @param {number} x */
function density(x) {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
