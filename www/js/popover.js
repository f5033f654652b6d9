// A box that opens under a button and closes when the person turns to something else.

import { h } from './dom.js';

/**
 * @param {Record<string, string | undefined>} attributes of the whole
 * @param {Node[]} summary what is always shown
 * @param {Node[]} content
 * @returns {HTMLDetailsElement}
 */
export function popover(attributes, summary, content) {
  const box = h(
    'details', attributes, h('summary', {}, ...summary),
    // It can take the focus: a click on its text must neither close it nor hide what the click is on.
    h('div', { class: 'popover', tabindex: '-1' }, ...content),
  );
  box.addEventListener('focusout', (event) => {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && !box.contains(to)) box.open = false;
  });
  const outside = (/** @type {Event} */ event) => {
    if (!event.composedPath().includes(box)) box.open = false;
  };
  box.addEventListener('toggle', () => document[box.open ? 'addEventListener' : 'removeEventListener']('pointerdown', outside));
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !box.open) return;
    box.open = false;
    box.querySelector('summary')?.focus();
  });
  return box;
}
