// What the model never learnt: drawings that are no digits, and digits that something was done to.

import { normals } from '../../engine/noise.js';
import { PIXELS, SIDE, nth } from '../shared/picture.js';
import { SHAPES } from './shapes.js';

/** In the order of the gallery. */
export const ODDITIES = /** @type {const} */ ([
  'yours', 'a', 'k', 'm', 'scribble', 'spiral', 'star', 'face', 'shirt', 'trousers', 'shoe', 'upsideDown', 'mirrored', 'inverted', 'noise', 'checks', 'line', 'blank',
]);

/** @typedef {typeof ODDITIES[number]} Oddity */

/**
 * The class and the change of the digits that are made odd.
 * @type {Readonly<Record<'upsideDown' | 'mirrored' | 'inverted', { label: number, change: (pixels: Float32Array) => Float32Array }>>}
 */
const CHANGED = Object.freeze({
  upsideDown: { label: 4, change: (pixels) => pixels.slice().reverse() },
  mirrored: { label: 3, change: (pixels) => pixels.map((_, i) => pixels[Math.floor(i / SIDE) * SIDE + SIDE - 1 - (i % SIDE)]) },
  inverted: { label: 5, change: (pixels) => pixels.map((value) => 1 - value) },
});

/** @type {Readonly<Record<'noise' | 'checks' | 'blank', () => Float32Array>>} */
const MADE = Object.freeze({
  noise: () => normals(3, PIXELS).map((value) => Math.min(1, Math.max(0, 0.5 + 0.3 * value))),
  checks: () => Float32Array.from({ length: PIXELS }, (_, i) => (Math.floor(i / SIDE / 4) + Math.floor((i % SIDE) / 4)) % 2),
  blank: () => new Float32Array(PIXELS),
});

/**
 * All of them but the person's own.
 * @param {import('../../engine/model.js').Model} model
 * @param {import('../../state/digits.js').Digits} digits
 * @returns {Promise<Map<Oddity, Float32Array>>} 784 pixels each
 */
export async function oddities(model, digits) {
  /** @type {Map<Oddity, Float32Array>} */
  const found = new Map();
  for (const name of ODDITIES) {
    if (name === 'yours') continue;
    if (name in MADE) found.set(name, MADE[/** @type {keyof typeof MADE} */ (name)]());
    else if (name in CHANGED) {
      const { label, change } = CHANGED[/** @type {keyof typeof CHANGED} */ (name)];
      const index = digits.labels.indexOf(label);
      if (index >= 0) found.set(name, change(nth(digits.images, index)));
    } else found.set(name, await model.asDigit(SHAPES[name]()));
  }
  return found;
}
