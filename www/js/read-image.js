// Any image as ink on paper: what differs from its border is ink.

import { VaeError } from './api/errors.js';

/** Larger images are shrunk to this many pixels a side before they are looked at. */
const MOST = 280;

/** Differences below this are the paper's grain, or what JPEG made of it. */
const GRAIN = 0.12;

/**
 * @param {Blob} file
 * @returns {Promise<import('./api/protocol.js').Drawing>}
 * @throws {VaeError} `invalid-argument` where the browser cannot read it
 */
export async function readImage(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch (thrown) {
    throw new VaeError('invalid-argument', `image: this browser cannot read it (${file.type || 'unknown type'})`, { cause: thrown });
  }
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { ink: inkFrom(context.getImageData(0, 0, width, height).data, width, height), width, height };
}

/**
 * Ink in [0, 1]: the difference in brightness from the border, or opacity where the border is transparent.
 * @param {Uint8ClampedArray} rgba
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array}
 */
export function inkFrom(rgba, width, height) {
  const n = width * height;
  const opacity = Float32Array.from({ length: n }, (_, i) => rgba[4 * i + 3] / 255);
  // Luma of ITU-R BT.601.
  const grey = Float32Array.from({ length: n }, (_, i) => (0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]) / 255);
  const border = Array.from({ length: n }, (_, i) => i).filter((i) => i < width || i >= n - width || i % width === 0 || i % width === width - 1);
  const median = (/** @type {Float32Array} */ values) => border.map((i) => values[i]).sort((a, b) => a - b)[border.length >> 1];
  const paper = median(grey);
  const ink = median(opacity) < 0.5 ? opacity : grey.map((value, i) => Math.abs(value - paper) * opacity[i]);
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  if (most <= GRAIN) return new Float32Array(n);
  return ink.map((value) => Math.max(0, (value - GRAIN) / (most - GRAIN)));
}
