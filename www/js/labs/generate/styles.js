// One code in all ten classes: what a conditional model keeps apart from the class.

import { h } from '../../dom.js';
import { normals } from '../../engine/noise.js';
import { PIXELS, showSheet } from '../shared/picture.js';
import { whileOpen } from '../shared/while-open.js';

/** The shipped model that is told the class. */
const CONDITIONAL = 'cvae-20';
const CLASSES = 10;

/** @param {import('./sheet.js').Page} page */
export function styles({ store, engine }) {
  const strip = h('canvas', { class: 'tile strip', width: 298, height: 28, 'data-testid': 'styles', role: 'img', label: 'generate.styles.label' });
  const yours = h('button', { type: 'button', class: 'quiet', 'data-testid': 'style-yours', text: 'generate.styles.yours' });
  const other = h('button', { type: 'button', class: 'quiet', 'data-testid': 'style-random', text: 'generate.styles.random' });
  const choose = h('button', { type: 'button', class: 'quiet', 'data-testid': 'style-model', text: 'generate.styles.model' });
  const have = h('div', { class: 'row' }, yours, other);
  const lack = h('div', { class: 'row' }, choose);

  /** Whose style: the drawing's, or the one that a seed gives. @type {number | null} */
  let seed = null;

  const style = async () => {
    const { model } = engine;
    const { input } = store.state;
    if (seed !== null || input?.length !== PIXELS) return normals(seed ?? 1, model.spec.latent);
    const { mu } = await model.encode(input, await model.classesOf([{ pixels: input, label: null }]));
    return mu;
  };

  const again = whileOpen({ store, engine }, 'generate', ['weightsVersion', 'spec', 'input'], async () => {
    const { model } = engine;
    strip.hidden = have.hidden = !model.conditional;
    lack.hidden = model.conditional;
    if (!model.conditional) return;
    const code = await style();
    const codes = Float32Array.from({ length: CLASSES * code.length }, (_, i) => code[i % code.length]);
    showSheet(strip, await model.decode(codes, Uint8Array.from({ length: CLASSES }, (_, c) => c)), CLASSES);
  });

  yours.addEventListener('click', () => {
    seed = null;
    again();
  });
  other.addEventListener('click', () => {
    seed = Math.floor(Math.random() * 1e6);
    again();
  });
  choose.addEventListener('click', () => void engine.choosePreset(CONDITIONAL));

  return h('section', { class: 'panel styles' }, h('div', { class: 'lab-head' }, h('h2', { text: 'generate.styles.title' }), have, lack), strip, h('p', { class: 'caption', text: 'generate.styles.text' }));
}
