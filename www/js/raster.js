// Strokes on a canvas: for the eye, and as ink coverage for the model.

import { PEN_WIDTH, tracePath } from './geometry.js';

/** Side of the ink that the model's 28×28 are made from: ten samples a pixel. */
const INK_SIDE = 280;

/** @type {CanvasRenderingContext2D | null} */
let inkContext = null;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly import('./store.js').Stroke[]} strokes
 * @param {number} size side of the unit square in the context's units
 */
export function drawStrokes(context, strokes, size) {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = PEN_WIDTH * size;
  context.beginPath();
  for (const stroke of strokes) tracePath(stroke, size, context);
  context.stroke();
}

/**
 * @param {readonly import('./store.js').Stroke[]} strokes
 * @returns {import('./api/protocol.js').Drawing}
 */
export function rasterise(strokes) {
  if (!inkContext) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = INK_SIDE;
    inkContext = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  }
  inkContext.clearRect(0, 0, INK_SIDE, INK_SIDE);
  drawStrokes(inkContext, strokes, INK_SIDE);
  const { data } = inkContext.getImageData(0, 0, INK_SIDE, INK_SIDE);
  const ink = new Float32Array(INK_SIDE * INK_SIDE);
  for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3] / 255;
  return { ink, width: INK_SIDE, height: INK_SIDE };
}

/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const images = new WeakMap();

/**
 * Grey values, one canvas pixel each; the canvas has the image's size.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array | null} pixels in [0, 1]; null clears
 */
export function showPixels(canvas, pixels) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  if (!pixels) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    return;
  }
  let image = images.get(canvas);
  if (image?.width !== canvas.width || image.height !== canvas.height) {
    image = context.createImageData(canvas.width, canvas.height);
    images.set(canvas, image);
  }
  fillGrey(image.data, pixels);
  context.putImageData(image, 0, 0);
}

/**
 * @param {Uint8ClampedArray} rgba
 * @param {Float32Array} pixels
 */
function fillGrey(rgba, pixels) {
  for (let i = 0; i < pixels.length; i++) {
    const grey = pixels[i] * 255;
    rgba[4 * i] = rgba[4 * i + 1] = rgba[4 * i + 2] = grey;
    rgba[4 * i + 3] = 255;
  }
}
