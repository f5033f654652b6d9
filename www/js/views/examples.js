// Ten digits to start from.

import { DIGITS, exampleStrokes } from '../digits.js';
import { h, translate } from '../dom.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const buttons = DIGITS.map((_, digit) => {
    const button = h('button', { type: 'button', class: 'digit', 'data-digit': digit }, String(digit));
    button.addEventListener('click', () => void engine.draw(exampleStrokes(digit)));
    return button;
  });
  element.append(h('span', { class: 'caption', text: 'draw.examples' }), h('div', { class: 'digits' }, ...buttons));
  store.watch(['lang'], ({ lang }) => {
    buttons.forEach((button, digit) => button.setAttribute('aria-label', translate(lang, 'draw.example', { digit })));
  });
}
