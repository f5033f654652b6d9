// From one digit to another through the latent space, as a film and as a strip.

import { h } from '../../dom.js';
import { WAYS, path } from '../../engine/codes.js';
import { stack } from '../../engine/model.js';
import { digitChoice } from '../shared/digit-choice.js';
import { download } from '../shared/download.js';
import { film } from '../shared/film.js';
import { gifOf, loadGifenc } from '../shared/gif.js';
import { kept } from '../shared/kept.js';
import { nth, showSheet } from '../shared/picture.js';
import { send } from '../shared/send.js';
import { attempt, whileOpen } from '../shared/while-open.js';

const FRAMES = 33;
/** One frame in so many stands in the strip. */
const STRIDE = 4;

const GIF_SCALE = 8;
const FRAME_MS = 60;
/** Both digits stay long enough to be looked at. */
const END_MS = 600;

/** @param {import('./sheet.js').Page} page */
export function morph({ store, engine }) {
  const changed = () => again();
  const from = digitChoice(store, { id: 'morph-from', name: 'generate.from', initial: 'yours', changed });
  const to = digitChoice(store, { id: 'morph-to', name: 'generate.to', initial: 8, changed });
  const way = h('select', { id: 'morph-way', 'data-testid': 'morph-way', label: 'generate.way' });
  way.append(h('option', { value: 'linear', text: 'generate.linear' }), h('option', { value: 'spherical', text: 'generate.spherical' }));
  way.addEventListener('change', changed);
  // Once the lab stands, which hears of every change.
  queueMicrotask(() => kept(store, way));
  const strip = h('canvas', { class: 'tile strip', width: 268, height: 28, 'data-testid': 'morph-strip', role: 'img', label: 'generate.strip' });
  const screen = film(store, { id: 'morph', label: 'generate.film', frameMs: FRAME_MS });
  const save = h('button', { type: 'button', class: 'quiet', 'data-testid': 'morph-gif', disabled: true, text: 'generate.gif' });
  const above = h('button', { type: 'button', class: 'quiet', 'data-testid': 'morph-send', disabled: true, text: 'generate.send', title: 'generate.send.title' });

  /** @type {{ codes: Float32Array, classes: Uint8Array, pictures: Float32Array } | null} */
  let shown = null;
  /**
   * @param {import('../../engine/model.js').Picture} a
   * @param {import('../../engine/model.js').Picture} b
   */
  const between = async (a, b) => {
    const { model } = engine;
    const { latent } = model.spec;
    const labels = await model.classesOf([a, b]);
    const { mu } = await model.encode(stack([a.pixels, b.pixels]), labels);
    const codes = path(WAYS[/** @type {keyof typeof WAYS} */ (way.value)], mu.subarray(0, latent), mu.subarray(latent), FRAMES);
    // A class cannot be mixed: a conditional model changes it half-way.
    const classes = Uint8Array.from({ length: FRAMES }, (_, i) => labels[i < FRAMES / 2 ? 0 : 1]);
    return { codes, classes, pictures: await model.decode(codes, classes) };
  };

  const again = whileOpen({ store, engine }, 'generate', ['weightsVersion', 'spec'], async () => {
    const [a, b] = [from.value, to.value];
    shown = a && b ? await between(a, b) : null;
    above.disabled = save.disabled = shown === null;
    screen.show(shown?.pictures ?? null);
    if (shown) showSheet(strip, every(shown.pictures, STRIDE), 1 + (FRAMES - 1) / STRIDE);
  });

  strip.addEventListener('pointerdown', (event) => {
    const { left, width } = strip.getBoundingClientRect();
    screen.seek(Math.round(((event.clientX - left) / width) * (FRAMES - 1)));
  });
  above.addEventListener('click', () => {
    const { latent } = engine.model.spec;
    if (shown?.codes.length === FRAMES * latent) send(engine, shown.codes.slice(screen.at * latent, (screen.at + 1) * latent), shown.classes[screen.at]);
  });
  save.addEventListener('click', () =>
    attempt(engine, async () => {
      if (!shown) return;
      const library = await loadGifenc();
      const frames = stack([...thereAndBack(FRAMES)].map((i) => nth(/** @type {NonNullable<typeof shown>} */ (shown).pictures, i)));
      const bytes = gifOf(library, frames, { scale: GIF_SCALE, delay: (i) => (i % (FRAMES - 1) === 0 ? END_MS : FRAME_MS) });
      download(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: 'image/gif' }), `vae-${store.state.preset}-morph.gif`);
    }),
  );

  return h(
    'section', { class: 'panel morph' },
    h('div', { class: 'lab-head' }, h('h2', { text: 'generate.morph.title' }), way),
    h(
      'div', { class: 'morph-box' },
      h('div', { class: 'morph-end' }, from.element, above), screen.element, h('div', { class: 'morph-end' }, to.element, save),
    ),
    strip,
    h('p', { class: 'caption', text: 'generate.morph.text' }),
  );
}

/**
 * @param {Float32Array} pictures n×784
 * @param {number} stride
 * @returns {Float32Array}
 */
function every(pictures, stride) {
  return stack(Array.from({ length: 1 + (FRAMES - 1) / stride }, (_, i) => nth(pictures, i * stride)));
}

/**
 * Frames to the end and back again, each end once.
 * @param {number} count
 */
function* thereAndBack(count) {
  for (let i = 0; i < count; i++) yield i;
  for (let i = count - 2; i > 0; i--) yield i;
}
