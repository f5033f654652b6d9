// The hyperparameters. What is typed wrongly stays in the field, is said to be wrong, and changes nothing.

import { h, translate } from '../dom.js';
import { VALID } from '../recipe.js';

/** @typedef {'learningRate' | 'batchSize' | 'beta' | 'seed'} NumberKey */

const OPTIMIZERS = Object.freeze({ adam: 'Adam', rmsprop: 'RMSProp', sgd: 'SGD' });

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const preset = h('select', { 'data-testid': 'preset', id: 'preset' });
  preset.addEventListener('change', () => void engine.choosePreset(preset.value));
  store.watch(['presets', 'preset'], (state) => {
    const known = state.presets.map(({ name }) => name);
    const names = known.includes(state.preset) ? known : [...known, state.preset];
    preset.replaceChildren(...names.map((name) => h('option', { value: name }, name)));
    preset.value = state.preset;
  });

  const optimizer = h('select', { 'data-testid': 'optimizer', id: 'optimizer' });
  optimizer.append(...Object.entries(OPTIMIZERS).map(([value, name]) => h('option', { value }, name)));
  optimizer.addEventListener('change', () => {
    void engine.configure({ optimizer: /** @type {keyof typeof OPTIMIZERS} */ (optimizer.value) });
  });
  store.watch(['optimizer'], (state) => void (optimizer.value = state.optimizer));

  const dice = h('button', { type: 'button', class: 'quiet dice', title: 'train.seed', label: 'train.seed' }, '⚄');
  dice.addEventListener('click', () => void engine.configure({ seed: Math.floor(Math.random() * 1e6) }));

  element.append(
    field('train.preset', preset),
    field('train.optimizer', optimizer),
    numberField(store, engine, 'learningRate', 'train.lr', 'lr', { step: 'any', live: true, slider: { from: -5, to: -1 } }),
    numberField(store, engine, 'beta', 'train.beta', 'beta', { step: 'any', live: true, slider: { from: -2, to: 2 } }),
    numberField(store, engine, 'batchSize', 'train.batch', 'batch', { step: 1 }),
    numberField(store, engine, 'seed', 'train.seed', 'seed', { step: 1, beside: dice }),
  );
}

/**
 * @param {import('../dom.js').TextKey} name
 * @param {HTMLElement} control
 * @param {...Node} more
 */
function field(name, control, ...more) {
  return h('div', { class: 'field' }, h('label', { for: control.id }, h('span', { text: name })), h('div', { class: 'control' }, control, ...more));
}

/**
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 * @param {NumberKey} key
 * @param {import('../dom.js').TextKey} name
 * @param {string} id
 * @param {object} options
 * @param {string | number} options.step
 * @param {boolean} [options.live] acts on a running training
 * @param {{ from: number, to: number }} [options.slider] a second handle, in powers of ten
 * @param {HTMLElement} [options.beside]
 */
function numberField(store, engine, key, name, id, { step, live = false, slider, beside }) {
  const input = h('input', { type: 'number', inputmode: 'decimal', 'data-testid': id, id, step, min: 0, 'aria-describedby': `${id}-wrong` });
  const wrong = h('span', { class: 'wrong', id: `${id}-wrong`, role: 'alert' });
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

  const check = () => {
    const value = input.valueAsNumber;
    const good = Number.isFinite(value) && VALID[key](value);
    input.setAttribute('aria-invalid', String(!good));
    wrong.textContent = good ? '' : translate(store.state.lang, `train.invalid.${key}`);
    return good;
  };
  input.addEventListener('input', check);
  input.addEventListener('change', () => {
    if (check() && input.valueAsNumber !== store.state[key]) void engine.configure({ [key]: input.valueAsNumber });
  });
  store.watch([key], (state) => {
    if (input.valueAsNumber !== state[key]) input.value = String(state[key]);
    input.dataset.value = String(state[key]);
    check();
  });
  store.watch(['lang'], () => void check());

  const box = field(name, input, ...more);
  if (live) box.querySelector('label')?.append(h('span', { class: 'live', text: 'train.live', title: 'train.live.title' }));
  box.append(wrong);
  return box;
}
