// The drawing as the page opens with it, before there is an engine to draw for. The sketchpad takes its place.

import { h } from '../dom.js';
import { Ink } from '../ink.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const canvas = h('canvas', { class: 'ink', 'aria-hidden': 'true' });
  const pad = h('div', { class: 'tile pad' }, canvas);
  element.append(pad);
  canvas.width = canvas.height = Math.max(1, Math.round(pad.clientWidth * devicePixelRatio));
  const { picture, strokes } = store.state;
  new Ink(/** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))).show(picture, strokes);
}
