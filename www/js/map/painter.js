// Paints whole maps on a canvas, many times a second: the numerals as pixels, because a thousand canvas calls would take
// too long.

import { drawBackdrop, drawDrawing } from './draw.js';
import { stampAll } from './glyphs.js';
import { makeScale } from './scale.js';

/** @typedef {import('./draw.js').Scene} Scene */

/** A map on one canvas. What has not changed since the last time is not drawn again. */
export class MapPainter {
  #context;
  #backdrop = document.createElement('canvas');
  #backdropContext = /** @type {CanvasRenderingContext2D} */ (this.#backdrop.getContext('2d', { willReadFrequently: true }));
  /** The backdrop's pixels. @type {Uint32Array} */
  #below = new Uint32Array();
  /** @type {ImageData | null} */
  #image = null;
  #pixels = new Uint32Array();
  /** What the backdrop was drawn from. @type {unknown[]} */
  #drawn = [];

  /** @param {HTMLCanvasElement} canvas whose context nobody else sets up */
  constructor(canvas) {
    this.canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  }

  /**
   * @param {Scene} scene
   * @param {object} options
   * @param {number} options.ratio device pixels to one of the scale's lengths
   * @param {boolean} options.moved whether anything but the drawing's own marks may have changed
   */
  paint(scene, { ratio, moved }) {
    const { scale } = scene;
    const [width, height] = [Math.round(scale.width * ratio), Math.round(scale.height * ratio)];
    if (width < 1 || height < 1) return;
    if (this.canvas.width !== width || this.canvas.height !== height || !this.#image) this.#resize(width, height);
    const image = /** @type {ImageData} */ (this.#image);
    const parts = [scene.manifold?.pictures, scene.manifold?.frame, scene.theme, scene.flat, width, height, scale.warp, ...Object.values(scale.view)];
    const stale = parts.some((part, i) => part !== this.#drawn[i]);
    if (stale) this.#drawBackdrop(scene, ratio, parts);
    if (stale || moved) {
      this.#pixels.set(this.#below);
      if (scene.digits) stampAll(this.#pixels, makeScale({ width, height }, scale.view, scale.warp), scene.digits, scene.glyphs, scene.flat);
    }
    this.#context.putImageData(image, 0, 0);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawDrawing(this.#context, scene);
    return this.#context;
  }

  /**
   * @param {Scene} scene
   * @param {number} ratio
   * @param {unknown[]} parts
   */
  #drawBackdrop(scene, ratio, parts) {
    const context = this.#backdropContext;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawBackdrop(context, scene);
    const { width, height } = this.#backdrop;
    this.#below = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    this.#drawn = parts;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #resize(width, height) {
    for (const canvas of [this.canvas, this.#backdrop]) {
      canvas.width = width;
      canvas.height = height;
    }
    this.#image = this.#context.createImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#drawn = [];
  }
}

/** @type {WeakMap<HTMLCanvasElement, MapPainter>} */
const painters = new WeakMap();

/**
 * A whole map on a canvas, sized in device pixels by its scale.
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {number} [ratio] device pixels to one of the scale's lengths
 */
export function drawMap(canvas, scene, ratio = 1) {
  let painter = painters.get(canvas);
  if (!painter) {
    painter = new MapPainter(canvas);
    painters.set(canvas, painter);
  }
  painter.paint(scene, { ratio, moved: true });
}
