// Which dimensions of the code a model uses, and when too few of them say that the posterior has collapsed.

/** Variance of μ above which a dimension counts as active (Burda et al., 2016). */
const ACTIVE = 0.01;

/**
 * @param {Float32Array} mu n×latent, μ of many digits
 * @param {number} latent
 * @returns {boolean[]} latent: whether its mean tells one digit from another
 */
export function activeDimensions(mu, latent) {
  const n = mu.length / latent;
  return Array.from({ length: latent }, (_, j) => {
    let [sum, squares] = [0, 0];
    for (let i = j; i < mu.length; i += latent) {
      sum += mu[i];
      squares += mu[i] * mu[i];
    }
    return squares / n - (sum / n) ** 2 > ACTIVE;
  });
}

/**
 * @param {number} active
 * @param {number} latent
 * @returns {'collapsed' | 'few' | 'fine'} `few` are half of a small code, or less than a tenth of a large one
 */
export function verdict(active, latent) {
  if (active === 0) return 'collapsed';
  if (active === latent) return 'fine';
  return active <= (latent <= 4 ? latent / 2 : latent / 10) ? 'few' : 'fine';
}

/**
 * @param {ArrayLike<number>} values
 * @param {boolean} sorted by size, largest first; else as they are
 * @returns {number[]} indices
 */
export function barOrder(values, sorted) {
  const order = Array.from(values, (_, i) => i);
  return sorted ? order.sort((a, b) => values[b] - values[a]) : order;
}
