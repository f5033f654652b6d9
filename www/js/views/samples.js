// Digits imagined by the model: random codes, decoded.

import { h, translate } from '../dom.js';
import { samplesOf } from '../map/moment.js';
import { showPixels } from '../raster.js';

const SIDE = 28;
const COLUMNS = 6;
/** Dark pixels between the pictures. */
const GAP = 2;

/**
 * Pictures side by side in one.
 * @param {Float32Array} pictures n×784
 * @returns {{ pixels: Float32Array, width: number, height: number }}
 */
export function tile(pictures) {
  const count = pictures.length / (SIDE * SIDE);
  const width = COLUMNS * (SIDE + GAP) - GAP;
  const height = Math.ceil(count / COLUMNS) * (SIDE + GAP) - GAP;
  const pixels = new Float32Array(width * height);
  for (let n = 0; n < count; n++) {
    const left = (n % COLUMNS) * (SIDE + GAP);
    const top = Math.floor(n / COLUMNS) * (SIDE + GAP);
    for (let row = 0; row < SIDE; row++) {
      const from = (n * SIDE + row) * SIDE;
      pixels.set(pictures.subarray(from, from + SIDE), (top + row) * width + left);
    }
  }
  return { pixels, width, height };
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const canvas = h('canvas', { class: 'tile pixels sheet', 'data-testid': 'sample-sheet', role: 'img' });
  const again = h('button', { type: 'button', class: 'quiet', 'data-testid': 'resample', text: 'samples.resample' });
  again.addEventListener('click', () => void engine.resample());
  element.append(
    h('div', { class: 'samples-head' }, h('h2', { text: 'samples.title', title: 'samples.caption' }), again),
    h('div', { class: 'sheet-box' }, canvas),
  );
  store.watch(['samples', 'replay', 'lang'], (state) => {
    const { lang } = state;
    const samples = samplesOf(state);
    if (!samples) return;
    const { pixels, width, height } = tile(samples);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    canvas.setAttribute('aria-label', translate(lang, 'samples.label', { count: samples.length / (SIDE * SIDE) }));
    showPixels(canvas, pixels);
  });
}
