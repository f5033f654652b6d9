// Pictures as an animated GIF in 256 greys.

import { importLibrary } from '../../api/assets.js';
import { PIXELS, SIDE } from './picture.js';

/**
 * The part of gifenc that is used here.
 * @typedef {object} Gifenc
 * @property {() => {
 *   writeFrame: (index: Uint8Array, width: number, height: number, options: { palette?: number[][], delay: number, repeat: number }) => void,
 *   finish: () => void, bytes: () => Uint8Array }} GIFEncoder
 */

/** Fetched when the first film is exported. @returns {Promise<Gifenc>} */
export const loadGifenc = () => importLibrary('gifenc');

/** Equal greys are equal colours: nothing has to be quantised. */
const GREYS = Array.from({ length: 256 }, (_, grey) => [grey, grey, grey]);

/**
 * @param {Gifenc} library
 * @param {Float32Array} frames n×784 in [0, 1], shown in turn, for ever
 * @param {object} options
 * @param {number} options.scale screen pixels to a pixel
 * @param {(frame: number) => number} options.delay milliseconds that a frame stays
 * @returns {Uint8Array}
 */
export function gifOf({ GIFEncoder }, frames, { scale, delay }) {
  const gif = GIFEncoder();
  const side = SIDE * scale;
  for (let n = 0; n < frames.length / PIXELS; n++) {
    const index = new Uint8Array(side * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const pixel = frames[n * PIXELS + Math.floor(y / scale) * SIDE + Math.floor(x / scale)];
        index[y * side + x] = Math.round(Math.min(1, Math.max(0, pixel)) * 255);
      }
    }
    gif.writeFrame(index, side, side, { palette: n === 0 ? GREYS : undefined, delay: delay(n), repeat: 0 });
  }
  gif.finish();
  return gif.bytes();
}
