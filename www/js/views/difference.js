// x̂ − x: where the decoder paints too much, and what it misses.

import { h, showNumber } from '../dom.js';
import { reconstructionLoss } from '../quality.js';
import { DIFFERENCE_COLOURS, showSigned } from '../raster.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const canvas = h('canvas', { width: 28, height: 28, class: 'tile pixels', 'data-testid': 'difference', role: 'img', label: 'difference.label' });
  const loss = h('span', { 'data-testid': 'recon-here' });
  element.append(
    canvas,
    h('div', { class: 'difference-words caption' },
      h('span', { class: 'formula', title: 'difference.label' }, h('i', { class: 'var xhat' }, 'x̂'), ' − ', h('i', { class: 'var x' }, 'x')),
      h('span', { class: 'swatch-more' }, h('span', { text: 'difference.more' })),
      h('span', { class: 'swatch-less' }, h('span', { text: 'difference.less' })),
      h('span', { title: 'difference.here' }, loss, ' ', h('span', { text: 'difference.unit' }))),
  );
  store.watch(['input', 'reconstruction', 'spec'], ({ input, reconstruction, spec }) => {
    const both = input && reconstruction && spec && input.length === reconstruction.length;
    showSigned(canvas, both ? reconstruction.map((value, i) => value - input[i]) : new Float32Array(784), 1, DIFFERENCE_COLOURS);
    showNumber(loss, both ? reconstructionLoss(input, reconstruction, spec.likelihood) : null, (value) => value.toFixed(1));
  });
}
