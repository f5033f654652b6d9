// Arithmetic of codes: ways between two of them, and their means by class.

/** @typedef {(from: Float32Array, to: Float32Array, t: number) => Float32Array} Way */

/**
 * The straight line.
 * @type {Way}
 */
export function linear(from, to, t) {
  return from.map((value, j) => (1 - t) * value + t * to[j]);
}

/**
 * Along the arc between two directions, the length going over from one to the other (White, 2016): in many dimensions
 * nearly all of N(0, 1) lies in a shell, which a straight line leaves.
 * @type {Way}
 */
export function spherical(from, to, t) {
  const dot = from.reduce((sum, value, j) => sum + value * to[j], 0);
  const lengths = Math.hypot(...from) * Math.hypot(...to);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / lengths)));
  const sine = Math.sin(angle);
  // Without a direction, or with opposite ones, there is no one arc.
  if (!(sine > 1e-4)) return linear(from, to, t);
  const [a, b] = [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  return from.map((value, j) => a * value + b * to[j]);
}

export const WAYS = Object.freeze({ linear, spherical });

/**
 * @param {Way} way
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} count at least 2, both ends among them
 * @returns {Float32Array} count×latent
 */
export function path(way, from, to, count) {
  const codes = new Float32Array(count * from.length);
  for (let i = 0; i < count; i++) codes.set(way(from, to, i / (count - 1)), i * from.length);
  return codes;
}

/**
 * @param {Float32Array} codes n×latent
 * @param {Uint8Array} labels n
 * @param {number} latent
 * @returns {(Float32Array | null)[]} the mean code of each of ten classes; null for one without members
 */
export function classMeans(codes, labels, latent) {
  const sums = Array.from({ length: 10 }, () => new Float64Array(latent));
  const counts = new Uint32Array(10);
  labels.forEach((label, i) => {
    counts[label]++;
    for (let j = 0; j < latent; j++) sums[label][j] += codes[i * latent + j];
  });
  return sums.map((sum, label) => (counts[label] ? Float32Array.from(sum, (value) => value / counts[label]) : null));
}
