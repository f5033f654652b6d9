// Pictures of 28×28 pixels on canvases, alone and in sheets.

import { h } from '../../dom.js';
import { showPixels } from '../../raster.js';

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/**
 * @param {{ class?: string, label?: import('../../dom.js').TextKey, [attribute: string]: string | undefined }} [attributes]
 * @returns {HTMLCanvasElement}
 */
export function picture({ class: more = '', ...attributes } = {}) {
  return h('canvas', { class: `tile pixels picture ${more}`.trim(), width: SIDE, height: SIDE, role: 'img', ...attributes });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array | null} pixels 784; null leaves it empty
 */
export const show = (canvas, pixels) => showPixels(canvas, pixels);

/**
 * One of several pictures.
 * @param {Float32Array} pictures n×784
 * @param {number} i
 * @returns {Float32Array} 784
 */
export function nth(pictures, i) {
  return pictures.subarray(i * PIXELS, (i + 1) * PIXELS);
}

/**
 * Pictures in rows on one canvas, which takes the size they need.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} pictures n×784
 * @param {number} columns
 * @param {number} [gap] dark pixels between them
 */
export function showSheet(canvas, pictures, columns, gap = 2) {
  const count = pictures.length / PIXELS;
  const width = columns * (SIDE + gap) - gap;
  const height = Math.ceil(count / columns) * (SIDE + gap) - gap;
  const pixels = new Float32Array(width * height);
  for (let n = 0; n < count; n++) {
    const corner = Math.floor(n / columns) * (SIDE + gap) * width + (n % columns) * (SIDE + gap);
    for (let row = 0; row < SIDE; row++) {
      pixels.set(pictures.subarray(n * PIXELS + row * SIDE, n * PIXELS + (row + 1) * SIDE), corner + row * width);
    }
  }
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  showPixels(canvas, pixels);
}
