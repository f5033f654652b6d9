// Sums of codes: a digit, plus the mean code of one class, minus that of another.

import { h, showNumber } from '../../dom.js';
import { classMeans } from '../../engine/codes.js';
import { digitChoice } from '../shared/digit-choice.js';
import { kept } from '../shared/kept.js';
import { nth, picture, show } from '../shared/picture.js';
import { send } from '../shared/send.js';
import { whileOpen } from '../shared/while-open.js';

/** @param {import('./sheet.js').Page} page */
export function arithmetic({ store, engine }) {
  const changed = () => again();
  const start = digitChoice(store, { id: 'sum-start', name: 'generate.sum.start', initial: 'yours', changed });
  const plus = classChoice(store, { id: 'sum-plus', name: 'generate.sum.plus', initial: 8, changed });
  const minus = classChoice(store, { id: 'sum-minus', name: 'generate.sum.minus', initial: 3, changed });
  const amount = h('input', { type: 'range', id: 'sum-amount', 'data-testid': 'sum-amount', min: 0, max: 2, step: 0.05, value: 1 });
  const times = h('output', { for: 'sum-amount' });
  const result = picture({ class: 'result', label: 'generate.sum.result', 'data-testid': 'sum-result' });
  const above = h('button', { type: 'button', class: 'quiet', 'data-testid': 'sum-send', disabled: true, text: 'generate.send', title: 'generate.send.title' });

  /** @type {(Float32Array | null)[]} */
  let means = [];
  /** @type {Float32Array | null} */
  let sum = null;
  let label = 0;

  const add = async () => {
    const { model } = engine;
    const [a, b] = [means[plus.value], means[minus.value]];
    const { latent } = model.spec;
    if (!start.value || !a || !b || a.length !== latent) {
      sum = null;
      above.disabled = true;
      for (const canvas of [plus.picture, minus.picture, result]) show(canvas, null);
      return;
    }
    [label] = await model.classesOf([start.value]);
    const { mu } = await model.encode(start.value.pixels, Uint8Array.of(label));
    const share = amount.valueAsNumber;
    const moved = mu.map((value, j) => value + share * (a[j] - b[j]));
    const codes = Float32Array.of(...a, ...b, ...moved);
    const decoded = await model.decode(codes, Uint8Array.of(plus.value, minus.value, label));
    [plus.picture, minus.picture, result].forEach((canvas, i) => show(canvas, nth(decoded, i)));
    sum = moved;
    above.disabled = false;
  };

  const learn = async () => {
    const { digits } = store.state;
    if (!digits) return;
    const { mu } = await engine.model.encode(digits.images, digits.labels);
    means = classMeans(mu, digits.labels, engine.model.spec.latent);
    await add();
  };

  const again = whileOpen({ store, engine }, 'generate', ['weightsVersion', 'spec'], add);
  whileOpen({ store, engine }, 'generate', ['weightsVersion', 'spec', 'digits'], learn, { heavy: true });
  const showAmount = () => showNumber(times, amount.valueAsNumber, (value) => `×${value.toFixed(2)}`);
  amount.addEventListener('input', () => {
    showAmount();
    changed();
  });
  showAmount();
  kept(store, amount);
  above.addEventListener('click', () => {
    if (sum?.length === engine.model.spec.latent) send(engine, sum.slice(), label);
  });

  return h(
    'section', { class: 'panel sums' },
    h('h2', { text: 'generate.sum.title' }),
    h(
      'div', { class: 'sum-box' },
      start.element, plus.element, minus.element,
      h('div', { class: 'sum-result' }, h('span', { class: 'caption', text: 'generate.sum.result' }), result),
    ),
    h(
      'div', { class: 'row sum-tools' },
      h('label', { for: 'sum-amount', class: 'caption' }, h('span', { text: 'generate.sum.amount' }), ' ', times), amount, above,
    ),
    h('p', { class: 'caption', text: 'generate.sum.text' }),
  );
}

/**
 * @param {import('../../store.js').Store} store
 * @param {object} options
 * @param {string} options.id
 * @param {import('../../dom.js').TextKey} options.name
 * @param {number} options.initial
 * @param {() => void} options.changed
 */
function classChoice(store, { id, name, initial, changed }) {
  const select = h('select', { id, 'data-testid': id });
  select.append(...Array.from({ length: 10 }, (_, digit) => h('option', { value: digit }, String(digit))));
  select.value = String(initial);
  select.addEventListener('change', changed);
  // Once the lab stands, which hears of every change.
  queueMicrotask(() => kept(store, select));
  const thumb = picture({ class: 'thumb', label: name, 'data-testid': `${id}-picture` });
  return {
    element: h('div', { class: 'digit-choice' }, thumb, h('div', { class: 'digit-words' }, h('label', { for: id, text: name }), h('div', { class: 'control' }, select))),
    picture: thumb,
    get value() {
      return Number(select.value);
    },
  };
}

