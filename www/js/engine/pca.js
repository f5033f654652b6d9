// Principal components of pictures: the best that any linear code of so many numbers can do (Pearson, 1901).

import { PIXELS } from './damage.js';
import { normals } from './noise.js';

/** Orthogonal iteration: directions beyond those asked for make those converge faster. */
const SPARE = 8;
const ITERATIONS = 16;
/** Pictures taken at once; the page gets its turn in between. */
const PORTION = 50;

/** @typedef {{ mean: Float32Array, directions: Float32Array[], reach: Float32Array }} Components
 * 784 each, of unit length and most telling first; `reach` is the largest coefficient of each among the pictures */

/**
 * Makes the columns orthonormal, in their order (Gram-Schmidt).
 * @param {Float32Array[]} columns
 */
function orthonormalise(columns) {
  columns.forEach((column, k) => {
    for (let twice = 0; twice < 2; twice++) {
      for (let j = 0; j < k; j++) {
        const along = dot(column, columns[j], 0);
        for (let i = 0; i < column.length; i++) column[i] -= along * columns[j][i];
      }
    }
    const length = Math.sqrt(dot(column, column, 0)) || 1;
    for (let i = 0; i < column.length; i++) column[i] /= length;
  });
}

/**
 * @param {Float32Array} column 784
 * @param {Float32Array} images
 * @param {number} from where the picture begins
 */
function dot(column, images, from) {
  let sum = 0;
  for (let i = 0; i < PIXELS; i++) sum += column[i] * images[from + i];
  return sum;
}

/**
 * @param {Float32Array} images n×784
 * @param {number} count of components
 * @param {() => Promise<void>} giveWay
 * @returns {Promise<Components>}
 */
export async function principalComponents(images, count, giveWay) {
  const n = images.length / PIXELS;
  const mean = new Float32Array(PIXELS);
  for (let at = 0; at < images.length; at++) mean[at % PIXELS] += images[at] / n;
  const centred = images.map((value, at) => value - mean[at % PIXELS]);
  let columns = Array.from({ length: count + SPARE }, (_, k) => normals(k + 1, PIXELS).slice());
  orthonormalise(columns);
  for (let round = 0; round < ITERATIONS; round++) {
    const next = columns.map(() => new Float32Array(PIXELS));
    for (let row = 0; row < n; row++) {
      const from = row * PIXELS;
      columns.forEach((column, k) => {
        const share = dot(column, centred, from);
        for (let i = 0; i < PIXELS; i++) next[k][i] += share * centred[from + i];
      });
      if (row % PORTION === PORTION - 1) await giveWay();
    }
    columns = next;
    orthonormalise(columns);
  }
  const directions = columns.slice(0, count);
  const reach = Float32Array.from(directions, (direction) => {
    let most = 0;
    for (let row = 0; row < n; row++) most = Math.max(most, Math.abs(dot(direction, centred, row * PIXELS)));
    return most;
  });
  return { mean, directions, reach };
}

/**
 * @param {Components} components
 * @param {Float32Array} picture 784
 * @returns {Float32Array} one coefficient for each component
 */
export function project({ mean, directions }, picture) {
  const centred = picture.map((value, i) => value - mean[i]);
  return Float32Array.from(directions, (direction) => dot(direction, centred, 0));
}

/**
 * @param {Components} components
 * @param {Float32Array} code of the first few components, or of all
 * @returns {Float32Array} 784 in [0, 1]
 */
export function unproject({ mean, directions }, code) {
  return mean.map((value, i) => {
    let sum = value;
    code.forEach((share, k) => void (sum += share * directions[k][i]));
    return Math.min(1, Math.max(0, sum));
  });
}
