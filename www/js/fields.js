// Labelled controls of settings. What is typed wrongly stays in the field, is said to be wrong, and changes nothing.

import { h, translate } from './dom.js';

/** @typedef {import('./dom.js').TextKey} TextKey */
/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./engine/engine.js').Engine} Engine */
/** Settings that are numbers.
 * @typedef {{ [K in keyof import('./state/run.js').Settings]: import('./state/run.js').Settings[K] extends number ? K : never }[keyof import('./state/run.js').Settings]} NumberKey */

/**
 * @param {TextKey} name
 * @param {HTMLElement} control has an id
 * @param {...Node} more beside it
 */
export function field(name, control, ...more) {
  return h('div', { class: 'field' }, h('label', { for: control.id }, h('span', { text: name })), h('div', { class: 'control' }, control, ...more));
}

/**
 * A number of the run's settings; the engine judges it.
 * @param {Store} store
 * @param {Engine} engine
 * @param {NumberKey} key
 * @param {TextKey} name
 * @param {string} id
 * @param {object} [options]
 * @param {string | number} [options.step]
 * @param {boolean} [options.live] acts on a running training
 * @param {{ from: number, to: number }} [options.slider] a second handle, in powers of ten
 * @param {HTMLElement} [options.beside]
 */
export function numberField(store, engine, key, name, id, { step = 'any', live = false, slider, beside } = {}) {
  const input = h('input', { type: 'number', inputmode: 'decimal', 'data-testid': id, id, step, min: 0, 'aria-describedby': `${id}-wrong` });
  const wrong = h('span', { class: 'wrong', id: `${id}-wrong`, role: 'alert' });
  /** @type {Node[]} */
  const more = [];
  if (slider) {
    const range = h('input', { type: 'range', min: slider.from, max: slider.to, step: 0.05, label: name });
    range.addEventListener('input', () => {
      // Two digits are as fine as the handle is.
      void engine.configure({ [key]: Number((10 ** range.valueAsNumber).toPrecision(2)) });
    });
    store.watch([key], (state) => void (range.value = String(Math.log10(Math.max(state[key], 1e-9)))));
    more.push(range);
  }
  if (beside) more.push(beside);

  let refused = false;
  const say = () => {
    input.setAttribute('aria-invalid', String(refused));
    wrong.textContent = refused ? translate(store.state.lang, `train.invalid.${key}`) : '';
  };
  const judge = async (/** @type {number} */ value) => {
    refused = !(await engine.judge({ [key]: value }));
    if (input.valueAsNumber === value || Number.isNaN(value)) say();
    return !refused;
  };
  input.addEventListener('input', () => void judge(input.valueAsNumber));
  input.addEventListener('change', async () => {
    const value = input.valueAsNumber;
    if ((await judge(value)) && value !== store.state[key]) void engine.configure({ [key]: value });
  });
  store.watch([key], (state) => {
    if (input.valueAsNumber !== state[key]) input.value = String(state[key]);
    input.dataset.value = String(state[key]);
    refused = false;
    say();
  });
  store.watch(['lang'], say);

  const box = field(name, input, ...more);
  if (live) box.querySelector('label')?.append(h('span', { class: 'live', text: 'train.live', title: 'train.live.title' }));
  box.append(wrong);
  return box;
}

/**
 * One of several; `options` are the values with their words: a name that is the same in every language, or a key.
 * @param {Store} store
 * @param {Engine} engine
 * @template {'optimizer' | 'objective' | 'binarize' | 'schedule' | 'initialisation'} K
 * @param {K} key
 * @param {TextKey} name
 * @param {string} id
 * @param {Record<import('./state/run.js').RunState[K], { text: TextKey } | string>} options
 */
export function choiceField(store, engine, key, name, id, options) {
  const select = h('select', { 'data-testid': id, id, 'aria-describedby': `${id}-wrong` });
  const wrong = h('span', { class: 'wrong', id: `${id}-wrong`, role: 'alert' });
  for (const [value, words] of /** @type {[string, { text: TextKey } | string][]} */ (Object.entries(options))) {
    select.append(typeof words === 'string' ? h('option', { value }, words) : h('option', { value, ...words }));
  }
  select.addEventListener('change', async () => {
    const change = { [key]: select.value };
    const good = await engine.judge(change);
    wrong.textContent = good ? '' : translate(store.state.lang, `train.invalid.${/** @type {'schedule'} */ (key)}`);
    if (good) void engine.configure(change);
    else select.value = store.state[key];
  });
  store.watch([key], (state) => {
    select.value = state[key];
    wrong.textContent = '';
  });
  const box = field(name, select);
  box.append(wrong);
  return box;
}
