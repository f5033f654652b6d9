// The three buttons in a map's corner.

import { h } from '../dom.js';

const STEP = 1.4;

/**
 * @param {(factor: number) => void} zoom
 * @param {() => void} fit
 */
export function zoomButtons(zoom, fit) {
  const make = (/** @type {string} */ sign, /** @type {import('../dom.js').TextKey} */ words, /** @type {() => void} */ act) => {
    const button = h('button', { type: 'button', class: 'map-zoom', label: words, title: words }, sign);
    button.addEventListener('click', act);
    return button;
  };
  return h(
    'div', { class: 'map-zooms' },
    make('+', 'map.zoomIn', () => zoom(STEP)), make('−', 'map.zoomOut', () => zoom(1 / STEP)), make('⤢', 'map.fit', fit),
  );
}
