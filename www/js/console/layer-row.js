// One layer of the editor: its kind, its numbers, its activation, what comes out of it, and the way to take it away.

import { h } from '../dom.js';
import { ACTIVATIONS, NEW_LAYERS, NUMBERS, changed, removed, shapeWords } from './draft.js';

/** @typedef {import('./draft.js').Kind} Kind */

/**
 * @param {object} options
 * @param {import('../api/types.js').Layer} options.layer
 * @param {'encoder' | 'decoder'} options.name
 * @param {number} options.i
 * @param {() => import('../api/types.js').VaeSpec} options.get the draft
 * @param {(next: import('../api/types.js').VaeSpec, structural?: boolean) => void} options.set
 * @param {() => void} options.removed called once it is gone
 */
export function layerRow({ layer, name, i, get, set, removed: gone }) {
  const at = `${name}[${i}]`;
  const kind = h('select', { label: 'editor.kind', 'data-testid': `${name}-${i}-kind` }, ...Object.keys(NEW_LAYERS).map((type) => h('option', { value: type, text: `editor.kind.${/** @type {Kind} */ (type)}` })));
  kind.value = layer.type;
  kind.addEventListener('change', () => {
    const list = kind.closest('ol');
    set(changed(get(), name, i, { type: /** @type {Kind} */ (kind.value) }), true);
    // The list is built anew.
    /** @type {HTMLElement | null | undefined} */ (list?.querySelector(`[data-testid="${name}-${i}-kind"]`))?.focus();
  });
  const numbers = NUMBERS[/** @type {Kind} */ (layer.type)].map((key) => {
    const input = h('input', {
      type: 'number', min: 0, step: 1, value: layer[key] ?? 0, label: `editor.${key}`, title: `editor.${key}`, 'data-at': `${at}.${key}`, 'data-testid': `${name}-${i}-${key}`,
    });
    input.addEventListener('input', () => set(changed(get(), name, i, { [key]: Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : 0 })));
    return h('label', { class: 'layer-number' }, h('span', { text: `editor.${key}` }), input);
  });
  /** @type {Node[]} */
  const after = [];
  if ('activation' in layer || layer.type === 'linear') {
    const activation = h('select', { label: 'editor.activation', title: 'editor.activation', 'data-at': `${at}.activation`, 'data-testid': `${name}-${i}-activation` }, ...ACTIVATIONS.map((value) => h('option', { value }, value.replace('_', ' '))));
    activation.value = layer.activation ?? 'identity';
    activation.addEventListener('change', () => set(changed(get(), name, i, { activation: activation.value })));
    after.push(activation);
  }
  const shape = h('span', { class: 'layer-shape', 'data-testid': `${name}-${i}-shape` });
  const remove = h('button', { type: 'button', class: 'quiet close', label: 'editor.remove', title: 'editor.remove', 'data-testid': `${name}-${i}-remove` }, '×');
  remove.addEventListener('click', () => {
    set(removed(get(), name, i), true);
    gone();
  });
  const row = h('li', { class: 'layer', 'data-at': at }, h('span', { class: 'layer-kind' }, kind, ...after), shape, remove, h('span', { class: 'layer-numbers' }, ...numbers));
  return {
    row,
    /**
     * @param {import('../api/types.js').VaeSpec} spec
     * @param {import('../api/types.js').SpecDescription | null} description
     */
    tell(spec, description) {
      const words = shapeWords(spec, name, description)[i];
      shape.textContent = words ? `→ ${words}` : '';
    },
  };
}
