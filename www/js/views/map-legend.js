// The classes on the map: each entry hides or shows its digits.

import { h } from '../dom.js';
import { readTheme } from '../map/palette.js';

const CLASSES = 10;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  element.setAttribute('role', 'group');
  element.dataset.label = 'map.legend';
  const entries = Array.from({ length: CLASSES }, (_, label) => {
    const button = h('button', { type: 'button', class: 'map-class', 'data-class': label, title: 'map.class.title' }, String(label));
    button.addEventListener('click', () => {
      const { hiddenClasses } = store.state;
      const hidden = hiddenClasses.includes(label);
      store.set({ hiddenClasses: hidden ? hiddenClasses.filter((other) => other !== label) : [...hiddenClasses, label] });
    });
    // One class alone, or all of them again.
    button.addEventListener('dblclick', () => {
      const others = entries.map((_, i) => i).filter((i) => i !== label);
      const alone = store.state.hiddenClasses.length === others.length;
      store.set({ hiddenClasses: alone ? [] : others });
    });
    return button;
  });
  element.append(...entries);

  const recolor = () => {
    const { classes } = readTheme(element);
    entries.forEach((entry, label) => entry.style.setProperty('--class', classes[label]));
  };
  store.watch(['hiddenClasses'], ({ hiddenClasses }) => {
    entries.forEach((entry, label) => entry.setAttribute('aria-pressed', String(!hiddenClasses.includes(label))));
  });
  store.watch(['theme'], recolor);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor, { signal: store.signal });
}
