// Grey and signed values as pixels of a canvas.

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

/** On the dark tile: light for more, orange for less, as ink and its opposite. */
export const WEIGHT_COLOURS = Object.freeze({ more: [255, 255, 255], less: [255, 122, 51] });

/** What x̂ has too much of in its colour, what it lacks in the colour of x. */
export const DIFFERENCE_COLOURS = Object.freeze({ more: [255, 110, 160], less: [90, 165, 255] });

/**
 * Values of either sign, one canvas pixel each; the canvas has the picture's size. 0 is see-through.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} values
 * @param {number} most the magnitude that has the full colour
 * @param {{ more: readonly number[], less: readonly number[] }} [colours]
 */
export function showSigned(canvas, values, most, colours = WEIGHT_COLOURS) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < values.length; i++) {
    const [red, green, blue] = values[i] >= 0 ? colours.more : colours.less;
    image.data[4 * i] = red;
    image.data[4 * i + 1] = green;
    image.data[4 * i + 2] = blue;
    image.data[4 * i + 3] = Math.min(1, Math.abs(values[i]) / most) * 255;
  }
  context.putImageData(image, 0, 0);
}
