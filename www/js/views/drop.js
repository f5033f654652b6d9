// A file dropped anywhere: weights are loaded, a picture goes on the pad. The page is never left for it.

import { h } from '../dom.js';

/** Larger files cannot be weights of a model that this page could hold. */
const LARGEST_BYTES = 512 * 1024 * 1024;

/** @typedef {'weights' | 'image' | 'unknown'} Kind */

/**
 * @param {{ name: string, type: string, size: number }} file
 * @returns {Kind}
 */
export function kindOf({ name, type, size }) {
  if (/^image\//.test(type) || /\.(png|jpe?g|webp|gif|bmp|svg)$/i.test(name)) return 'image';
  return /\.safetensors$/i.test(name) && size <= LARGEST_BYTES ? 'weights' : 'unknown';
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const veil = h('div', { class: 'drop-veil', 'aria-hidden': 'true' }, h('p', { text: 'drop.here' }));
  veil.hidden = true;
  element.append(veil);

  const files = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!files(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener('dragleave', ({ relatedTarget }) => {
    // Without a target the pointer has left the page.
    if (!relatedTarget) veil.hidden = true;
  });
  addEventListener('drop', (event) => {
    if (!files(event)) return;
    event.preventDefault();
    veil.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    const kind = kindOf(file);
    if (kind === 'weights') void engine.load(file);
    else if (kind === 'image') void engine.importImage(file);
    else store.set({ notice: 'drop.unknown' });
  });
}
