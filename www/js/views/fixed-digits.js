// Ten test digits that stay the same, and what the model makes of them: they improve as one watches.

import { h } from '../dom.js';
import { latest } from '../latest.js';
import { showPixels } from '../raster.js';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const GAP = 2;

/**
 * The first digit of each class.
 * @param {import('../state/digits.js').Digits} digits
 * @returns {{ images: Float32Array, labels: Uint8Array }}
 */
export function firstOfEach({ images, labels }) {
  const at = Array.from({ length: 10 }, (_, label) => labels.indexOf(label)).filter((i) => i >= 0);
  const some = new Float32Array(at.length * PIXELS);
  at.forEach((i, n) => some.set(images.subarray(i * PIXELS, (i + 1) * PIXELS), n * PIXELS));
  return { images: some, labels: Uint8Array.from(at, (i) => labels[i]) };
}

/**
 * Two rows of pictures in one.
 * @param {Float32Array} above n×784
 * @param {Float32Array | null} below n×784
 * @returns {{ pixels: Float32Array, width: number, height: number }}
 */
export function twoRows(above, below) {
  const count = above.length / PIXELS;
  const width = count * (SIDE + GAP) - GAP;
  const height = 2 * SIDE + GAP;
  const pixels = new Float32Array(width * height);
  [above, below].forEach((pictures, line) => {
    for (let n = 0; pictures && n < count; n++) {
      for (let row = 0; row < SIDE; row++) {
        const from = (n * SIDE + row) * SIDE;
        pixels.set(pictures.subarray(from, from + SIDE), (line * (SIDE + GAP) + row) * width + n * (SIDE + GAP));
      }
    }
  });
  return { pixels, width, height };
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const canvas = h('canvas', { class: 'tile pixels fixed-digits', 'data-testid': 'fixed-digits', role: 'img', label: 'fixed.label', title: 'fixed.caption' });
  element.append(canvas);
  /** @type {ReturnType<typeof firstOfEach> | null} */
  let chosen = null;
  const look = latest(async (/** @type {null} */ _) => {
    const { digits } = store.state;
    if (!digits) return;
    chosen ??= firstOfEach(digits);
    const { pixels, width, height } = twoRows(chosen.images, await engine.reconstructMany(chosen.images, chosen.labels));
    if (canvas.width !== width) Object.assign(canvas, { width, height });
    showPixels(canvas, pixels);
  });
  store.watch(['digits', 'weightsVersion'], () => void look(null));
}
