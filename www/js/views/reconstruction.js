// x̂: what the decoder makes of z.

import { h } from '../dom.js';
import { showPixels } from '../raster.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const canvas = h('canvas', { width: 28, height: 28, class: 'tile pixels', 'data-testid': 'reconstruction', role: 'img', label: 'output.label' });
  element.append(canvas);
  store.watch(['reconstruction'], ({ reconstruction }) => showPixels(canvas, reconstruction));
}
