// x: the drawing as the model sees it, the box that its ink fills and its centre of mass.

import { SIDE, inkOf } from '../geometry.js';
import { h, svg, translate } from '../dom.js';
import { showPixels } from '../raster.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const canvas = h('canvas', { width: SIDE, height: SIDE, class: 'tile pixels', 'data-testid': 'model-input', role: 'img', label: 'input.label' });
  const box = svg('rect', { class: 'ink-box' });
  const across = svg('path', { class: 'ink-centre' });
  const marks = svg('svg', { class: 'marks', viewBox: `0 0 ${SIDE} ${SIDE}`, 'aria-hidden': 'true' }, box, across);
  const size = h('span', { class: 'ink-size' });
  const mass = h('span', { class: 'ink-mass' });
  element.append(h('div', { class: 'x-box' }, canvas, marks), h('p', { class: 'caption ink-place', 'aria-hidden': 'true' }, size, mass));

  store.watch(['input', 'lang'], ({ input, lang }) => {
    showPixels(canvas, input);
    const ink = input && inkOf(input);
    marks.toggleAttribute('hidden', !ink);
    const place = ink
      ? translate(lang, 'input.place', { width: ink.box.width, height: ink.box.height, x: ink.centre.x.toFixed(1), y: ink.centre.y.toFixed(1) })
      : '';
    canvas.title = place;
    size.textContent = ink ? `${ink.box.width} × ${ink.box.height}` : '';
    mass.textContent = ink ? `${ink.centre.x.toFixed(1)}, ${ink.centre.y.toFixed(1)}` : '';
    canvas.setAttribute('aria-label', [translate(lang, 'input.label'), place].filter(Boolean).join('. '));
    if (!ink) return;
    for (const side of /** @type {const} */ (['x', 'y', 'width', 'height'])) box.setAttribute(side, String(ink.box[side]));
    // A pixel's centre is its index; on the picture it lies half a pixel further.
    across.setAttribute('d', `M${ink.centre.x - 1} ${ink.centre.y + 0.5}h3M${ink.centre.x + 0.5} ${ink.centre.y - 1}v3`);
  });
}
