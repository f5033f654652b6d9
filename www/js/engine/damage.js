// What happened to a picture, as a linear operator A and its adjoint Aᵀ: what is observed is A x, perhaps with noise.

import { normals } from './noise.js';

const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** How far off an observation without noise is taken to be: no decoder hits every pixel. */
const TOLERANCE = 0.1;

/** @typedef {'noise' | 'blur' | 'hole' | 'thumbnail'} Kind */

/**
 * @typedef {object} Operator
 * @property {(x: Float32Array) => Float32Array} forward A x of one picture
 * @property {(y: Float32Array) => Float32Array} adjoint Aᵀ y, 784
 */

/**
 * @typedef {object} Damaged
 * @property {Kind} kind
 * @property {Float32Array} observed what is left: A x + noise
 * @property {Float32Array} shown the same as 784 pixels in [0, 1], for the eye and the encoder
 * @property {Operator} operator
 * @property {number} sigma the observation's standard deviation
 * @property {Float32Array | null} mask 1 where a pixel is known, 0 where it is lost; null where none is
 */

/** Each kind's strengths, from nearly nothing to nearly everything, and where it begins.
 * @type {Readonly<Record<Kind, { min: number, max: number, step: number, initial: number }>>} */
export const STRENGTHS = Object.freeze({
  noise: { min: 0.1, max: 1, step: 0.05, initial: 0.5 },
  blur: { min: 0.5, max: 4, step: 0.1, initial: 1.8 },
  hole: { min: 0, max: 20, step: 1, initial: 13 },
  thumbnail: { min: 0, max: 2, step: 1, initial: 1 },
});

/** Sides of the blocks that become one pixel of a thumbnail: 14×14, 7×7 and 4×4 are left. */
const BLOCKS = [2, 4, 7];

/** @type {Operator} */
const identity = { forward: (x) => x.slice(), adjoint: (y) => y.slice() };

/**
 * Gaussian blur with darkness around the picture; symmetric, and so its own adjoint.
 * @param {number} sigma in pixels
 * @returns {Operator}
 */
export function blur(sigma) {
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const total = kernel.reduce((sum, value) => sum + value, 0);
  /** @param {Float32Array} x @param {number} along @param {number} across */
  const pass = (x, along, across) => {
    const y = new Float32Array(PIXELS);
    for (let line = 0; line < SIDE; line++) {
      for (let i = 0; i < SIDE; i++) {
        let sum = 0;
        for (let k = Math.max(0, i - reach); k <= Math.min(SIDE - 1, i + reach); k++) {
          sum += kernel[k - i + reach] * x[line * across + k * along];
        }
        y[line * across + i * along] = sum / total;
      }
    }
    return y;
  };
  const both = (/** @type {Float32Array} */ x) => pass(pass(x, 1, SIDE), SIDE, 1);
  return { forward: both, adjoint: both };
}

/**
 * Means of square blocks; the adjoint spreads each over its block.
 * @param {number} block side, a divisor of 28
 * @returns {Operator}
 */
export function pool(block) {
  const side = SIDE / block;
  const cell = (/** @type {number} */ i) => Math.floor(Math.floor(i / SIDE) / block) * side + Math.floor((i % SIDE) / block);
  return {
    forward(x) {
      const y = new Float32Array(side * side);
      x.forEach((value, i) => void (y[cell(i)] += value / (block * block)));
      return y;
    },
    adjoint: (y) => Float32Array.from({ length: PIXELS }, (_, i) => y[cell(i)] / (block * block)),
  };
}

/**
 * @param {Float32Array} mask 784
 * @returns {Operator}
 */
export function hide(mask) {
  const both = (/** @type {Float32Array} */ x) => x.map((value, i) => value * mask[i]);
  return { forward: both, adjoint: both };
}

/**
 * The lowest rows lost.
 * @param {number} rows
 * @returns {Float32Array} 784, 1 where a pixel is known
 */
export function withoutRows(rows) {
  return Float32Array.from({ length: PIXELS }, (_, i) => (i >= PIXELS - rows * SIDE ? 0 : 1));
}

/**
 * @param {Float32Array} pixels 784 in [0, 1]
 * @param {Kind} kind
 * @param {number} strength within the kind's STRENGTHS
 * @param {{ seed: number, mask: Float32Array }} how the noise's seed, and what is known of a picture with a hole
 * @returns {Damaged}
 */
export function damage(pixels, kind, strength, { seed, mask }) {
  if (kind === 'noise') {
    const observed = normals(seed, PIXELS).map((value, i) => pixels[i] + strength * value);
    const shown = observed.map((value) => Math.min(1, Math.max(0, value)));
    return { kind, observed, shown, operator: identity, sigma: strength, mask: null };
  }
  if (kind === 'hole') {
    const operator = hide(mask);
    const observed = operator.forward(pixels);
    return { kind, observed, shown: observed, operator, sigma: TOLERANCE, mask };
  }
  const block = BLOCKS[strength];
  const operator = kind === 'blur' ? blur(strength) : pool(block);
  const observed = operator.forward(pixels);
  const shown = kind === 'blur' ? observed : operator.adjoint(observed).map((value) => value * block * block);
  return { kind, observed, shown, operator, sigma: TOLERANCE, mask: null };
}

/**
 * Peak signal-to-noise ratio, −10 log₁₀ of the mean squared error.
 * @param {Float32Array} a 784 in [0, 1]
 * @param {Float32Array} b
 * @returns {number} dB; infinite for equal pictures
 */
export function psnr(a, b) {
  const squares = a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
  return -10 * Math.log10(squares / a.length);
}
