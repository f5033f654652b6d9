// Numbers at random that a seed brings back: the same on every machine.

/**
 * A 32-bit hash of a counter (PCG's output function over an LCG step; O'Neill, 2014).
 * @param {number} counter
 * @returns {number} a whole number below 2³²
 */
function hash(counter) {
  const state = (Math.imul(counter, 747796405) + 2891336453) >>> 0;
  const word = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/**
 * @param {number} seed
 * @param {number} count
 * @returns {Float64Array} evenly spread over (0, 1)
 */
export function uniforms(seed, count) {
  const start = hash(seed >>> 0);
  return Float64Array.from({ length: count }, (_, i) => (hash((start + i) >>> 0) + 0.5) / 2 ** 32);
}

/**
 * @param {number} seed
 * @param {number} count
 * @returns {Float32Array} draws from N(0, 1), by Box-Muller
 */
export function normals(seed, count) {
  const pairs = Math.ceil(count / 2);
  const even = uniforms(seed, 2 * pairs);
  const drawn = new Float32Array(2 * pairs);
  for (let i = 0; i < drawn.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(even[i]));
    const angle = 2 * Math.PI * even[i + 1];
    drawn[i] = radius * Math.cos(angle);
    drawn[i + 1] = radius * Math.sin(angle);
  }
  return drawn.subarray(0, count);
}
