// What every contender trains: the same weights, the same images. The posterior's deviations begin so small that no noise is
// felt: whatever generator a library draws it from, all must compute the same losses.

/** Of log σ²: σ is e⁻¹⁵. */
const LOGVAR = -30;

/** Weyl's sequence, hashed: uniform in [0, 1). @param {number} seed */
function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 8) / 2 ** 24;
  };
}

/**
 * The initial values of one tensor, which its name and its shape decide.
 * @param {string} name PyTorch's
 * @param {readonly number[]} shape PyTorch's
 * @returns {Float32Array}
 */
export function tensor(name, shape) {
  const size = shape.reduce((product, length) => product * length, 1);
  if (/^(fc22|logvar)\./.test(name)) return new Float32Array(size).fill(name.endsWith('bias') ? LOGVAR : 0);
  const next = uniforms([...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5));
  const reach = name.endsWith('bias') ? 0.05 : Math.sqrt(shape[0] / size);
  return Float32Array.from({ length: size }, () => (2 * next() - 1) * reach);
}

/**
 * Pictures about as white as MNIST's.
 * @param {number} count
 * @returns {Uint8Array} count×784
 */
export function images(count) {
  const next = uniforms(7);
  const pixels = new Uint8Array(count * 784);
  for (let i = 0; i < pixels.length; i++) {
    const value = next();
    pixels[i] = value < 0.8 ? 0 : Math.floor((value - 0.8) * 5 * 256);
  }
  return pixels;
}

/**
 * @param {number} batch
 * @param {number} count of batches
 * @returns {Float32Array[]} batch×784 each, in [0, 1]
 */
export function batches(batch, count) {
  const all = Float32Array.from(images(batch * count), (byte) => byte / 255);
  return Array.from({ length: count }, (_, i) => all.slice(i * batch * 784, (i + 1) * batch * 784));
}
