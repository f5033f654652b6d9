// A digit to work on: the one on the pad, or a test digit of a class.

import { h, translate } from '../../dom.js';
import { kept } from './kept.js';
import { nth, picture, show } from './picture.js';

/** @typedef {import('../../engine/model.js').Picture} Picture */

/**
 * @param {import('../../store.js').Store} store
 * @param {object} options
 * @param {string} options.id of the control, also its data-testid
 * @param {import('../../dom.js').TextKey} options.name
 * @param {'yours' | number} options.initial
 * @param {() => void} options.changed called when another digit is chosen or the chosen one changes
 */
export function digitChoice(store, { id, name, initial, changed }) {
  const select = h('select', { id, 'data-testid': id });
  select.append(
    h('option', { value: 'yours', text: 'labs.yours' }),
    ...Array.from({ length: 10 }, (_, digit) => h('option', { value: digit })),
  );
  const next = h('button', { type: 'button', class: 'quiet next', 'data-testid': `${id}-next`, label: 'labs.another', title: 'labs.another' }, '↻');
  const thumb = picture({ class: 'thumb', label: name, 'data-testid': `${id}-picture` });
  const element = h(
    'div', { class: 'digit-choice' }, thumb,
    h('div', { class: 'digit-words' }, h('label', { for: id, text: name }), h('div', { class: 'control' }, select, next)),
  );
  select.value = String(initial);
  /** Which member of the class. */
  let turn = 0;
  /** @type {Picture | null} */
  let chosen = null;

  const read = () => {
    const { digits, input } = store.state;
    if (select.value === 'yours') return input && { pixels: input, label: null };
    if (!digits) return null;
    const label = Number(select.value);
    const members = [...digits.labels.keys()].filter((i) => digits.labels[i] === label);
    return members.length ? { pixels: nth(digits.images, members[turn % members.length]), label } : null;
  };
  const update = () => {
    next.hidden = select.value === 'yours';
    const now = read();
    if (now?.pixels === chosen?.pixels && now?.label === chosen?.label) return;
    chosen = now;
    show(thumb, chosen?.pixels ?? null);
    changed();
  };

  select.addEventListener('change', () => {
    turn = 0;
    update();
  });
  next.addEventListener('click', () => {
    turn++;
    update();
  });
  store.watch(['lang'], ({ lang }) => {
    for (const option of select.options) {
      if (option.value !== 'yours') option.textContent = translate(lang, 'labs.testDigit', { digit: option.value });
    }
  });
  // What is chosen is told only once the lab stands.
  queueMicrotask(() => {
    kept(store, select);
    store.watch(['input', 'digits'], update);
  });

  return {
    element,
    /** @returns {Picture | null} null on a blank pad, and until the test digits have come */
    get value() {
      return chosen;
    },
  };
}

