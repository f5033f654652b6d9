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
