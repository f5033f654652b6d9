// Ten by ten digits from the prior. A picture that is chosen shows its code in the page above.

import { h, showNumber, translate } from '../../dom.js';
import { normals } from '../../engine/noise.js';
import { download } from '../shared/download.js';
import { kept } from '../shared/kept.js';
import { SIDE, showSheet } from '../shared/picture.js';
import { send } from '../shared/send.js';
import { whileOpen } from '../shared/while-open.js';

const COLUMNS = 10;
const COUNT = COLUMNS * COLUMNS;
const GAP = 2;

/** Screen pixels to a pixel in the exported picture. */
const EXPORT_SCALE = 4;

/** @typedef {{ store: import('../../store.js').Store, engine: import('../../engine/engine.js').Engine }} Page */

/** @param {Page} page */
export function sheet({ store, engine }) {
  const canvas = h('canvas', { class: 'tile', 'data-testid': 'prior-sheet', 'aria-hidden': 'true' });
  const cursor = h('span', { class: 'cursor', hidden: true });
  const grid = h('div', { class: 'prior-grid', tabindex: 0, role: 'application', label: 'generate.sheet.label', 'data-testid': 'prior-grid' }, canvas, cursor);
  const spoken = h('span', { class: 'unseen', 'aria-live': 'polite' });
  const seed = h('input', { type: 'number', id: 'prior-seed', 'data-testid': 'prior-seed', min: 0, max: 4294967295, step: 1, value: 1 });
  const dice = h('button', { type: 'button', class: 'quiet dice', 'data-testid': 'prior-dice', label: 'generate.dice', title: 'generate.dice' }, '⚄');
  const temperature = h('input', { type: 'range', id: 'temperature', 'data-testid': 'temperature', min: 0, max: 2, step: 0.05, value: 1 });
  const degrees = h('output', { for: 'temperature' });
  const save = h('button', { type: 'button', class: 'quiet', 'data-testid': 'sheet-png', text: 'generate.png' });

  /** The codes of the pictures shown. @type {Float32Array | null} */
  let codes = null;
  let at = 0;

  const again = whileOpen({ store, engine }, 'generate', ['weightsVersion', 'spec'], async () => {
    const { latent } = engine.model.spec;
    const warmth = temperature.valueAsNumber;
    const drawn = normals(seed.valueAsNumber, COUNT * latent).map((value) => value * warmth);
    showSheet(canvas, await engine.model.decode(drawn, columnLabels()), COLUMNS, GAP);
    codes = drawn;
  });

  const place = () => {
    cursor.style.setProperty('--column', String(at % COLUMNS));
    cursor.style.setProperty('--row', String(Math.floor(at / COLUMNS)));
    cursor.hidden = false;
  };
  const choose = () => {
    const { latent } = engine.model.spec;
    if (codes?.length !== COUNT * latent) return;
    place();
    send(engine, codes.slice(at * latent, (at + 1) * latent), columnLabels()[at]);
    spoken.textContent = translate(store.state.lang, 'generate.chosen', { row: Math.floor(at / COLUMNS) + 1, column: (at % COLUMNS) + 1 });
  };

  grid.addEventListener('pointerdown', (event) => {
    const box = canvas.getBoundingClientRect();
    const cell = (/** @type {number} */ share) => Math.min(COLUMNS - 1, Math.max(0, Math.floor(share * COLUMNS)));
    at = cell((event.clientY - box.top) / box.height) * COLUMNS + cell((event.clientX - box.left) / box.width);
    choose();
  });
  grid.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step !== undefined) at = (at + step + COUNT) % COUNT;
    else if (event.key === 'Home') at = 0;
    else if (event.key === 'End') at = COUNT - 1;
    else if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  });
  seed.addEventListener('input', () => {
    if (seed.validity.valid && Number.isInteger(seed.valueAsNumber)) again();
  });
  dice.addEventListener('click', () => {
    seed.value = String(Math.floor(Math.random() * 1e6));
    seedChanged();
    again();
  });
  temperature.addEventListener('input', () => {
    showNumber(degrees, temperature.valueAsNumber, (value) => value.toFixed(2));
    again();
  });
  showNumber(degrees, temperature.valueAsNumber, (value) => value.toFixed(2));
  const seedChanged = kept(store, seed);
  kept(store, temperature, 'prior-temperature');
  save.addEventListener('click', () => {
    enlarged(canvas).toBlob((blob) => {
      if (blob) download(blob, `vae-${store.state.preset}-${seed.value}.png`);
    });
  });

  return h(
    'section', { class: 'panel prior' },
    grid,
    h(
      'div', { class: 'prior-side' },
      h('h2', { text: 'generate.sheet.title' }),
      h('p', { class: 'caption', text: 'generate.sheet.text' }),
      h('div', { class: 'field' }, h('label', { for: 'prior-seed' }, h('span', { text: 'train.seed' })), h('div', { class: 'control' }, seed, dice)),
      h('div', { class: 'field' }, h('label', { for: 'temperature' }, h('span', { text: 'generate.temperature' }), degrees), h('div', { class: 'control' }, temperature)),
      h('div', { class: 'row' }, save),
      spoken,
    ),
  );
}

/** A conditional model's columns are the classes. */
const columnLabels = () => Uint8Array.from({ length: COUNT }, (_, i) => i % COLUMNS);

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {HTMLCanvasElement} the same picture, each pixel several
 */
function enlarged(canvas) {
  const large = document.createElement('canvas');
  large.width = (COLUMNS * (SIDE + GAP) - GAP) * EXPORT_SCALE;
  large.height = large.width;
  const context = /** @type {CanvasRenderingContext2D} */ (large.getContext('2d'));
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  return large;
}
