// The lab Learn: the tour, slow motion, the equations, the glossary, and what such a model cannot do.

import { h } from '../../dom.js';
import { mountEquations } from './equations.js';
import { mountGlossary } from './glossary.js';
import { createLights } from './lights.js';
import { STOPS } from './stops.js';
import './words.js';

const LIMITS = /** @type {const} */ (['local', 'digits', 'bias', 'no-class', 'soft', 'small']);

/**
 * @param {HTMLElement} element
 * @param {import('../../store.js').Store} store
 * @param {import('../../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  element.classList.add('learn');
  const remark = h('span', { class: 'caption', role: 'status' });
  const lights = createLights(store, remark);
  const equations = h('div', { class: 'equations' });

  const glossary = panel('learn.glossary', 'glossary');
  mountGlossary(glossary, store, lights);

  const limits = panel('learn.limits', 'limits');
  limits.append(...LIMITS.flatMap((name) => [h('h3', { text: `limits.${name}` }), h('p', { text: `limits.${name}.words` })]));

  const formulas = panel('learn.equations', 'equations');
  formulas.append(h('p', { class: 'caption' }, h('span', { text: 'learn.equations.hint' }), ' ', remark), equations);
  void mountEquations(equations, store, engine, lights).catch(engine.report);

  element.append(tourPanel(store), formulas, glossary, limits);
  store.watch(['tab'], () => lights.dim());
}

/** @param {import('../../store.js').Store} store */
function tourPanel(store) {
  const start = h('button', { type: 'button', class: 'quiet primary', text: 'learn.tour.start', 'data-testid': 'tour-start' });
  start.addEventListener('click', () => store.set({ guide: 'tour' }));
  const slow = h('button', { type: 'button', class: 'quiet', text: 'learn.slow.start', 'data-testid': 'slow-start' });
  slow.addEventListener('click', () => store.set({ guide: 'slow' }));
  const box = panel('learn.tour', 'tour');
  box.append(
    h('p', { text: 'learn.tour.words' }), start,
    h('ol', { class: 'stops', label: 'learn.tour.stops' }, ...STOPS.map(({ title }) => h('li', { text: title }))),
    h('h2', { text: 'learn.slow' }), h('p', { text: 'learn.slow.words' }), slow,
  );
  return box;
}

/**
 * A box that scrolls on its own; it can be reached by keyboard, or what is below could not.
 * @param {import('../../dom.js').TextKey} title
 * @param {string} name
 */
function panel(title, name) {
  return h('section', { class: `panel learn-${name}`, tabindex: 0, label: title }, h('h2', { text: title }));
}
