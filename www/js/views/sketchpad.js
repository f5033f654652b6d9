// The pad to draw on: pointer and keyboard become strokes.

import { extend, toUnit } from '../geometry.js';
import { h, translate } from '../dom.js';
import { drawStrokes } from '../raster.js';

/** How far an arrow key moves the pen, in shares of the pad. */
const KEY_STEP = 0.035;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const canvas = h('canvas', { class: 'ink', 'aria-hidden': 'true' });
  const hint = h('span', { class: 'pad-hint', text: 'draw.blank' });
  const pad = h(
    'div',
    { class: 'tile pad', 'data-testid': 'sketchpad', tabindex: 0, role: 'application', label: 'draw.label' },
    canvas, hint,
  );
  const undo = h('button', { type: 'button', class: 'quiet', 'data-testid': 'undo', text: 'draw.undo' });
  const clear = h('button', { type: 'button', class: 'quiet', 'data-testid': 'clear', text: 'draw.clear' });
  const spoken = h('span', { class: 'unseen', 'aria-live': 'polite' });
  element.append(pad, h('div', { class: 'row' }, undo, clear), spoken);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));

  /** The stroke under the pen, and the pointer that holds it; only one draws at a time. */
  /** @type {{ pointer: number | 'keys', stroke: import('../store.js').Stroke } | null} */
  let pen = null;
  /** The keyboard's pen, shown while it is in use. @type {{ x: number, y: number } | null} */
  let cursor = null;

  const paint = () => {
    const side = canvas.width;
    context.clearRect(0, 0, side, side);
    context.strokeStyle = '#fff';
    drawStrokes(context, store.state.strokes, side);
    if (!cursor) return;
    context.beginPath();
    context.lineWidth = side / 90;
    context.strokeStyle = pen ? '#ffd166' : '#9db4ff';
    context.arc(cursor.x * side, cursor.y * side, side / 22, 0, 2 * Math.PI);
    context.stroke();
  };

  const changed = () => void engine.draw([...store.state.strokes.filter((stroke) => stroke !== pen?.stroke), ...(pen ? [pen.stroke] : [])]);

  /**
   * @param {number | 'keys'} pointer
   * @param {number} x
   * @param {number} y
   */
  const begin = (pointer, x, y) => {
    pen = { pointer, stroke: [x, y] };
    changed();
  };

  pad.addEventListener('pointerdown', (event) => {
    if (pen && pen.pointer !== 'keys') return;
    if (event.button !== 0) return;
    pad.setPointerCapture(event.pointerId);
    cursor = null;
    begin(event.pointerId, ...toUnit(pad.getBoundingClientRect(), event.clientX, event.clientY));
  });
  pad.addEventListener('pointermove', (event) => {
    if (pen?.pointer !== event.pointerId) return;
    const box = pad.getBoundingClientRect();
    const events = event.getCoalescedEvents?.() ?? [];
    let grown = false;
    for (const one of events.length > 0 ? events : [event]) {
      grown = extend(pen.stroke, ...toUnit(box, one.clientX, one.clientY)) || grown;
    }
    if (grown) changed();
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    pad.addEventListener(type, (event) => {
      if (pen?.pointer === event.pointerId) pen = null;
    });
  }

  /** @type {Record<string, [number, number]>} */
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  pad.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') undo.click();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in arrows) {
      const [dx, dy] = arrows[event.key];
      cursor ??= { x: 0.5, y: 0.3 };
      cursor.x = Math.min(1, Math.max(0, cursor.x + dx * KEY_STEP));
      cursor.y = Math.min(1, Math.max(0, cursor.y + dy * KEY_STEP));
      if (pen?.pointer === 'keys' && extend(pen.stroke, cursor.x, cursor.y)) changed();
    } else if (event.key === ' ') {
      cursor ??= { x: 0.5, y: 0.3 };
      if (pen) pen = null;
      else begin('keys', cursor.x, cursor.y);
    } else if (event.key === 'Delete' || event.key === 'Backspace') clear.click();
    else return;
    event.preventDefault();
    paint();
    if (!cursor) return;
    const { lang } = store.state;
    spoken.textContent = translate(lang, 'draw.pen', {
      x: Math.round(cursor.x * 100), y: Math.round(cursor.y * 100),
      down: translate(lang, pen ? 'draw.penDown' : 'draw.penUp'),
    });
  });
  pad.addEventListener('blur', () => {
    if (pen?.pointer === 'keys') pen = null;
    cursor = null;
    paint();
  });

  undo.addEventListener('click', () => {
    pen = null;
    void engine.draw(store.state.strokes.slice(0, -1));
  });
  clear.addEventListener('click', () => {
    pen = null;
    void engine.draw([]);
  });

  new ResizeObserver(() => {
    canvas.width = canvas.height = Math.max(1, Math.round(pad.clientWidth * devicePixelRatio));
    paint();
  }).observe(pad);
  store.watch(['strokes'], ({ strokes }) => {
    hint.hidden = strokes.length > 0;
    paint();
  });
}
