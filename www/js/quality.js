// How good a reconstruction is, in numbers. Pure.

/** Probabilities are kept this far from 0 and 1: f32 knows none nearer to 1. */
const NEAREST = 1e-7;

/**
 * −log p(x|z) of a picture under what was decoded from z.
 * @param {Float32Array} x
 * @param {Float32Array} mean of p(x|z), pixel by pixel
 * @param {import('./api/types.js').VaeSpec['likelihood']} likelihood
 * @returns {number} nats
 */
export function reconstructionLoss(x, mean, likelihood) {
  let sum = 0;
  if (likelihood.type === 'bernoulli') {
    for (let i = 0; i < x.length; i++) {
      const p = Math.min(1 - NEAREST, Math.max(NEAREST, mean[i]));
      sum -= x[i] * Math.log(p) + (1 - x[i]) * Math.log(1 - p);
    }
    return sum;
  }
  const variance = likelihood.sigma ** 2;
  for (let i = 0; i < x.length; i++) sum += (x[i] - mean[i]) ** 2;
  return sum / (2 * variance) + (x.length / 2) * Math.log(2 * Math.PI * variance);
}

/**
 * @param {number} elbo nats
 * @param {number} pixels
 * @returns {number} bits per dimension
 */
export function bitsPerDimension(elbo, pixels) {
  return -elbo / (pixels * Math.LN2);
}

/**
 * @param {Float64Array} sorted ascending
 * @param {number} value
 * @returns {number} share of values below
 */
export function rankOf(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}

/**
 * @param {Float64Array} sorted ascending, not empty
 * @param {number} bins
 * @returns {{ from: number, to: number, counts: number[] }} from the second percentile, so that a few outliers do not flatten the rest;
 *   what lies below is in the first bin
 */
export function histogram(sorted, bins) {
  const from = sorted[Math.floor(sorted.length * 0.02)];
  const to = sorted[sorted.length - 1];
  const counts = new Array(bins).fill(0);
  for (const value of sorted) {
    const share = to > from ? (value - from) / (to - from) : 0;
    counts[Math.min(bins - 1, Math.max(0, Math.floor(share * bins)))] += 1;
  }
  return { from, to, counts };
}
