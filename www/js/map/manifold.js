// The decoded manifold: which codes a grid of pictures holds, and its pictures as one image.

import { normalQuantile } from './normal.js';

/**
 * Cells of a lattice that is anchored in the coordinates, so that pictures stay in place as the view is moved.
 * Cell (i, j) covers [i, i+1)·cell by [j, j+1)·cell in warped units.
 * @typedef {object} Frame
 * @property {import('./scale.js').Warp} warp
 * @property {number} cell
 * @property {number} left index of the first column
 * @property {number} bottom index of the lowest row
 * @property {number} columns
 * @property {number} rows
 */

/** More pictures than this would be too small to see and too many to decode. */
const MOST = 26;

/**
 * The cells that fill a scale's canvas, each about `target` canvas units wide.
 * @param {import('./scale.js').Scale} scale
 * @param {number} target
 * @returns {Frame}
 */
export function frameOf({ width, height, unit, view, warp }, target) {
  const side = Math.max(target, Math.max(width, height) / MOST);
  // Φ's lattice must divide [0, 1] evenly.
  const cell = warp === 'normal' ? 1 / Math.max(4, Math.floor(unit / side)) : side / unit;
  const [least, most] = warp === 'normal' ? [0, Math.round(1 / cell) - 1] : [-Infinity, Infinity];
  const first = (/** @type {number} */ middle, /** @type {number} */ length) =>
    Math.max(least, Math.floor((middle - length / (2 * unit)) / cell + 1e-6));
  const last = (/** @type {number} */ middle, /** @type {number} */ length) =>
    Math.min(most, Math.ceil((middle + length / (2 * unit)) / cell - 1e-6) - 1);
  const [left, bottom] = [first(view.x, width), first(view.y, height)];
  return {
    warp, cell, left, bottom,
    columns: Math.max(0, last(view.x, width) - left + 1),
    rows: Math.max(0, last(view.y, height) - bottom + 1),
  };
}

/**
 * The codes in the middles of a frame's cells, row by row from the top.
 * @param {Frame} frame
 * @param {import('./plane.js').Plane} plane
 * @param {Float32Array} left latent, what every code has beside its part in the plane
 * @returns {Float32Array} (rows·columns)×latent
 */
export function gridCodes(frame, plane, left) {
  const { warp, cell, columns, rows } = frame;
  const latent = left.length;
  const middle = (/** @type {number} */ index) => (warp === 'normal' ? normalQuantile((index + 0.5) * cell) : (index + 0.5) * cell);
  const u = Float64Array.from({ length: columns }, (_, i) => middle(frame.left + i));
  const codes = new Float32Array(rows * columns * latent);
  for (let row = 0, at = 0; row < rows; row++) {
    const v = middle(frame.bottom + rows - 1 - row);
    for (let column = 0; column < columns; column++) {
      for (let j = 0; j < latent; j++) codes[at++] = left[j] + u[column] * plane.a[j] + v * plane.b[j];
    }
  }
  return codes;
}

/**
 * Lays pictures out side by side.
 * @param {Uint32Array} into (rows·height)×(columns·width) pixels as RGBA
 * @param {Uint8Array} pictures (rows·columns)×(height·width) grey values
 * @param {{ columns: number, width: number, height: number }} shape of the sheet and of each picture
 * @param {Uint32Array} tones 256, the RGBA of each grey value
 */
export function layOut(into, pictures, { columns, width, height }, tones) {
  const stride = columns * width;
  for (let from = 0, n = 0; from < pictures.length; n++) {
    let to = Math.floor(n / columns) * height * stride + (n % columns) * width;
    for (let row = 0; row < height; row++, to += stride) {
      for (let x = 0; x < width; x++) into[to + x] = tones[pictures[from++]];
    }
  }
}

/**
 * Tones from one colour to another, evenly.
 * @param {readonly [number, number, number]} from RGB 0..255, for black
 * @param {readonly [number, number, number]} to for white
 * @returns {Uint32Array} 256, as little-endian RGBA
 */
export function tonesBetween(from, to) {
  const mix = (/** @type {number} */ channel, /** @type {number} */ share) => Math.round(from[channel] + (to[channel] - from[channel]) * share);
  return Uint32Array.from({ length: 256 }, (_, i) => (255 << 24) | (mix(2, i / 255) << 16) | (mix(1, i / 255) << 8) | mix(0, i / 255));
}
