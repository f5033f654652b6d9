// The encoder or the decoder as its hidden layers: a block of live activations each, every unit of which can be looked at.

import { blockOf, cellOf, layOut, neighbour, reach, unitAt } from '../block.js';
import { h, translate } from '../dom.js';
import { showSigned } from '../raster.js';

/** @typedef {import('../api/types.js').LayerInfo} LayerInfo */

/** @param {import('../api/types.js').ImageShape} shape */
function nameOf({ channels, height, width }) {
  if (height * width === 1) return String(channels);
  return height === width ? `${channels}×${height}²` : `${channels}×${height}×${width}`;
}

/**
 * @param {'encoder' | 'decoder'} half
 * @returns {(element: HTMLElement, store: import('../store.js').Store, engine: import('../engine/engine.js').Engine) => void}
 */
export function mountNetwork(half) {
  return (element, store, engine) => {
    const box = h('div', { class: 'network', 'data-testid': `${half}-network` });
    element.append(box);
    /** @type {ReturnType<typeof makeBlock>[]} */
    let blocks = [];

    store.watch(['layers', 'lang'], ({ layers, lang }) => {
      const own = [...layers.entries()].filter(([, layer]) => layer.half === half);
      // The encoder's last layer is drawn as μ and σ, the decoder's as x̂.
      const hidden = own.slice(0, -1);
      blocks = hidden.map(([index, layer], i) => makeBlock(index, layer, translate(lang, 'network.layer', {
        index: i + 1, size: nameOf(layer.output), kind: translate(lang, `network.${layer.kind}`), activation: layer.activation,
      }), store, engine));
      box.replaceChildren(...blocks.map(({ element: block }) => block));
      // Blocks of one height: as wide together as their shapes ask for.
      box.style.setProperty('--shapes', String(blocks.reduce((sum, { block }) => sum + block.width / block.height, 0)));
      box.style.setProperty('--blocks', String(blocks.length));
    });

    const key = half === 'encoder' ? 'encoderLayers' : 'decoderLayers';
    store.watch([key, 'layers', 'lang'], (state) => blocks.forEach(({ show }, i) => show(state[key][i] ?? null)));
    store.watch(['unit', 'layers', 'lang'], ({ unit }) => blocks.forEach(({ choose, index }) => choose(unit?.layer === index ? unit.unit : null)));
  };
}

/**
 * @param {number} index among all layers
 * @param {LayerInfo} layer
 * @param {string} name
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
function makeBlock(index, layer, name, store, engine) {
  const block = blockOf(layer.output);
  const canvas = h('canvas', { width: block.width, height: block.height, class: 'pixels' });
  const mark = h('span', { class: 'unit-mark', hidden: true });
  const units = h('div', { class: 'units tile', tabindex: 0, role: 'application', 'aria-label': name, 'data-layer': index }, canvas, mark);
  units.setAttribute('title', name);
  const element = h('div', { class: 'block' }, units, h('span', { class: 'layer-size' }, nameOf(layer.output)));
  element.style.setProperty('--shape', String(block.width / block.height));

  const chosen = () => (store.state.unit?.layer === index ? store.state.unit.unit : null);
  const pick = (/** @type {number} */ unit) => {
    if (unit !== chosen()) engine.lookAt({ layer: index, unit });
  };
  const pickAt = (/** @type {PointerEvent} */ event) => {
    const { left, top, width, height } = units.getBoundingClientRect();
    return unitAt(block, (event.clientX - left) / width, (event.clientY - top) / height);
  };
  units.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const unit = pickAt(event);
    // The same unit once more closes it.
    if (unit === chosen()) return engine.lookAt(null);
    pick(unit);
    units.setPointerCapture(event.pointerId);
  });
  units.addEventListener('pointermove', (event) => {
    if (units.hasPointerCapture(event.pointerId)) pick(pickAt(event));
  });
  units.addEventListener('keydown', (event) => {
    const unit = chosen();
    if (event.key === 'Escape' && unit !== null) engine.lookAt(null);
    else if (event.key === 'Enter' || event.key === ' ') engine.lookAt(unit === null ? { layer: index, unit: 0 } : null);
    else {
      const to = neighbour(block, unit ?? 0, event.key);
      if (to === null) return;
      pick(unit === null ? 0 : to);
    }
    event.preventDefault();
  });

  return {
    element, block, index,
    /** @param {Float32Array | null} values */
    show(values) {
      const fits = values?.length === block.units * block.cellWidth * block.cellHeight;
      const picture = fits ? layOut(block, values) : new Float32Array(block.width * block.height);
      showSigned(canvas, picture, reach(picture));
    },
    /** @param {number | null} unit */
    choose(unit) {
      mark.hidden = unit === null;
      if (unit === null) return;
      const { x, y } = cellOf(block, unit);
      for (const [property, value] of Object.entries({ left: x / block.width, top: y / block.height, width: block.cellWidth / block.width, height: block.cellHeight / block.height })) {
        mark.style.setProperty(`--${property}`, String(value));
      }
    },
  };
}
