// Pictures as canvases, in the tones of the map.

import { layOut, tonesBetween } from './manifold.js';
import { rgbOf } from './palette.js';

/** How much of the way to the ink's colour the manifold's strokes go: the points over it must stand out. */
const STRENGTH = 0.52;

/** A canvas with pictures side by side, painted again only when they or the colours change. */
export class Sheet {
  canvas = document.createElement('canvas');
  #context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
  /** @type {ImageData | null} */
  #image = null;
  /** @type {unknown} */
  #pictures = null;
  /** @type {Uint32Array | null} */
  #tones = null;

  /**
   * @param {Uint8Array} pictures
   * @param {{ columns: number, width: number, height: number }} shape
   * @param {Uint32Array} tones
   */
  paint(pictures, shape, tones) {
    if (pictures === this.#pictures && tones === this.#tones) return this.canvas;
    this.#pictures = pictures;
    this.#tones = tones;
    const width = shape.columns * shape.width;
    const height = pictures.length / width;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.#image = this.#context.createImageData(width, height);
    }
    layOut(new Uint32Array(this.#image.data.buffer), pictures, shape, tones);
    this.#context.putImageData(this.#image, 0, 0);
    return this.canvas;
  }
}

/**
 * The manifold's tones: from the ground's colour towards the ink's.
 * @param {import('./palette.js').Theme} theme
 */
export function mapTones(theme) {
  const [from, ink] = [rgbOf(theme.surface), rgbOf(theme.ink)];
  const [r, g, b] = from.map((channel, i) => channel + (ink[i] - channel) * STRENGTH);
  return tonesBetween(from, [r, g, b]);
}
