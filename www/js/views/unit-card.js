// One unit closely: what it does now, and its weights as pictures.

import { reach } from '../block.js';
import { h, translate } from '../dom.js';
import { icon } from '../icons.js';
import { showSigned } from '../raster.js';

/**
 * @param {'encoder' | 'decoder'} half whose units this card is for
 * @returns {(element: HTMLElement, store: import('../store.js').Store, engine: import('../engine/engine.js').Engine) => void}
 */
export function mountUnitCard(half) {
  return (element, store, engine) => {
    const title = h('strong');
    const value = h('span', { class: 'caption' });
    const pictures = h('div', { class: 'unit-pictures' });
    const close = h('button', { type: 'button', class: 'quiet tool', label: 'page.close', title: 'page.close' }, icon('close'));
    const card = h(
      'div', { class: 'unit-card', 'data-testid': `${half}-unit`, role: 'region', label: 'network.card', hidden: true },
      h('div', { class: 'unit-head' }, h('div', {}, title, value), close), pictures,
      h('p', { class: 'caption weight-legend' }, h('i', { class: 'more' }), h('span', { text: 'network.more' }), h('i', { class: 'less' }), h('span', { text: 'network.less' })),
    );
    element.append(card);
    close.addEventListener('click', () => engine.lookAt(null));
    card.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') engine.lookAt(null);
    });

    const own = (/** @type {import('../store.js').State} */ { unit, layers }) => (unit && layers[unit.layer]?.half === half ? unit : null);
    const activations = half === 'encoder' ? 'encoderLayers' : 'decoderLayers';

    store.watch(['unit', 'layers', 'lang', activations], (state) => {
      const unit = own(state);
      card.hidden = unit === null;
      if (!unit) return;
      const { output, activation } = state.layers[unit.layer];
      title.textContent = translate(state.lang, output.height * output.width > 1 ? 'network.channel' : 'network.unit', { index: unit.unit + 1, of: output.channels });
      const first = state.layers.findIndex((layer) => layer.half === half);
      const area = output.height * output.width;
      const now = state[activations][unit.layer - first]?.subarray(unit.unit * area, (unit.unit + 1) * area);
      const mean = now?.length ? now.reduce((sum, one) => sum + one, 0) / now.length : null;
      value.textContent = mean === null ? activation : `${activation} ${mean.toFixed(2)}`;
      value.dataset.value = mean === null ? '' : String(mean);
    });

    store.watch(['unitWeights', 'unit', 'lang'], (state) => {
      const unit = own(state);
      const { unitWeights, lang } = state;
      if (!unit || unitWeights?.unit !== unit) return;
      pictures.replaceChildren(...unitWeights.pictures.map(({ kind, values, width, height }) => {
        const words = translate(lang, `network.${half}.${kind}`);
        const canvas = h('canvas', { width, height, class: 'tile pixels', role: 'img', 'aria-label': words });
        canvas.style.setProperty('--shape', String(width / height));
        showSigned(canvas, values, reach(values));
        return h('figure', { 'data-kind': kind }, canvas, h('figcaption', { class: 'caption' }, words));
      }));
    });
  };
}
