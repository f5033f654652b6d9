// The pad's tools: eraser, brush, undo, redo, clear, and images from elsewhere.

import { PEN_WIDTH } from '../geometry.js';
import { h } from '../dom.js';
import { icon } from '../icons.js';

const THINNEST = 0.03;
const THICKEST = 0.2;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const undo = tool('undo', 'draw.undo', { 'data-testid': 'undo' });
  const redo = tool('redo', 'draw.redo', { 'data-testid': 'redo' });
  const clear = tool('clear', 'draw.clear', { 'data-testid': 'clear' });
  const eraser = tool('eraser', 'draw.eraser', { 'data-testid': 'eraser', 'aria-pressed': 'false' });
  const width = h('input', { type: 'range', class: 'brush', 'data-testid': 'brush', min: THINNEST, max: THICKEST, step: 0.005, label: 'draw.width', title: 'draw.width' });
  undo.addEventListener('click', () => void engine.undo());
  redo.addEventListener('click', () => void engine.redo());
  clear.addEventListener('click', () => void engine.clear());
  eraser.addEventListener('click', () => store.set({ pen: { ...store.state.pen, erases: !store.state.pen.erases } }));
  width.addEventListener('input', () => store.set({ pen: { ...store.state.pen, width: width.valueAsNumber } }));
  element.append(h('div', { class: 'pen-tools' }, eraser, width, undo, redo, clear));

  store.watch(['pen'], ({ pen }) => {
    eraser.setAttribute('aria-pressed', String(pen.erases));
    width.value = String(pen.width ?? PEN_WIDTH);
    width.dataset.value = width.value;
  });
  store.watch(['canUndo', 'canRedo'], ({ canUndo, canRedo }) => {
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
  });
}

/**
 * @param {Parameters<typeof icon>[0]} picture
 * @param {import('../dom.js').TextKey} name
 * @param {Record<string, string>} attributes
 */
function tool(picture, name, attributes) {
  return h('button', { type: 'button', class: 'quiet tool', label: name, title: name, ...attributes }, icon(picture));
}
