// The lab of anomalies: how unusual a picture is, by the nats that the model needs to describe it.

import { h } from '../../dom.js';
import { scoresOf } from '../../engine/scores.js';
import { stack } from '../../engine/model.js';
import { loadStyles } from '../shared/style.js';
import { whileOpen } from '../shared/while-open.js';
import { detail } from './detail.js';
import { oddities } from './oddities.js';
import { spread } from './spread.js';

/** Draws of z for a picture that is looked at, and for each of the many that it is compared with. */
const SAMPLES = 16;
const SAMPLES_OF_MANY = 4;

/** @typedef {import('./oddities.js').Oddity} Oddity */
/** @typedef {{ name: Oddity, pixels: Float32Array, recon: number, kl: number, total: number, label: number }} Scored */

/** @type {import('../../views/tabs.js').Mount} */
export const mount = async (element, store, engine) => {
  await loadStyles(element, ['labs.css', 'anomaly.css']);
  const page = { store, engine };
  const told = detail(page);
  const plot = spread(store, told.show);
  /** @type {Map<Oddity, Float32Array>} */
  let known = new Map();
  /** Scores of the test digits, ascending. @type {Float32Array | null} */
  let usual = null;
  /** @type {Scored[]} */
  let scored = [];

  const score = async (/** @type {[Oddity, Float32Array][]} */ pictures) => {
    const { model } = engine;
    const labels = await model.classesOf(pictures.map(([, pixels]) => ({ pixels, label: null })));
    const { recon, kl, total } = await scoresOf(model, stack(pictures.map(([, pixels]) => pixels)), labels, SAMPLES);
    return pictures.map(([name, pixels], i) => ({ name, pixels, recon: recon[i], kl: kl[i], total: total[i], label: labels[i] }));
  };

  const present = () => {
    if (usual) plot.show(usual, scored);
  };

  const scoreYours = async () => {
    const { input } = store.state;
    const yours = input ? await score([['yours', input]]) : [];
    scored = [...yours, ...scored.filter(({ name }) => name !== 'yours')];
    present();
  };

  whileOpen(page, 'anomaly', ['weightsVersion', 'spec', 'digits'], async () => {
    const { digits } = store.state;
    if (!digits) return;
    if (known.size === 0) known = await oddities(engine.model, digits);
    scored = await score([...known]);
    usual = (await scoresOf(engine.model, digits.images, digits.labels, SAMPLES_OF_MANY)).total.sort();
    await scoreYours();
  }, { heavy: true });
  whileOpen(page, 'anomaly', ['input'], scoreYours);

  element.classList.add('sized', 'anomaly');
  element.append(
    h('section', { class: 'panel spread' }, plot.element),
    h('section', { class: 'panel told' }, told.element),
  );
};

