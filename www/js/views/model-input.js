// x: the drawing as the model sees it.

import { h } from '../dom.js';
import { showPixels } from '../raster.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const canvas = h('canvas', { width: 28, height: 28, class: 'tile pixels', 'data-testid': 'model-input', role: 'img', label: 'input.label' });
  element.append(canvas);
  store.watch(['input'], ({ input }) => showPixels(canvas, input));
}
