// Pixels as values in [0, 1] and as the bytes that the engine keeps.

import { VaeError } from './errors.js';

/**
 * @param {Uint8Array | Float32Array} images bytes stay as they are
 * @returns {Uint8Array} 0..255
 * @throws {VaeError} `invalid-argument` for a value outside of [0, 1]
 */
export function toBytes(images) {
  if (images instanceof Uint8Array) return images;
  // Loops: for the millions of pixels of a dataset, `from` with a function takes many times as long.
  const bytes = new Uint8Array(images.length);
  for (let i = 0; i < images.length; i++) {
    const value = images[i];
    if (!(value >= 0 && value <= 1)) {
      throw new VaeError('invalid-argument', `dataset.images: found ${value}, expected values in [0, 1]`);
    }
    bytes[i] = Math.round(value * 255);
  }
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Float32Array} in [0, 1]
 */
export function fromBytes(bytes) {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = bytes[i] / 255;
  return values;
}

/**
 * @param {import('./types.js').Dataset} dataset
 * @returns {Parameters<import('./types.js').WasmEngine['setDataset']>[0]} as the engine keeps it
 * @throws {VaeError} `invalid-argument` for a value outside of [0, 1]
 */
export function inBytes({ images, labels, test }) {
  return { trainImages: toBytes(images), trainLabels: labels, testImages: test && toBytes(test.images), testLabels: test?.labels };
}
