// The pad to draw on: pointer and keyboard become strokes.

import { extend, toUnit } from '../geometry.js';
import { Ink } from '../ink.js';
import { h, translate } from '../dom.js';

/** How far an arrow key moves the pen, in shares of the pad. */
const KEY_STEP = 0.035;

/** Some mice tell of a thousand places a second; the model is asked less often. */
const TELL_MS = 4;

/** Width at no pressure, and what full pressure adds; half of it is the plain width. */
const LIGHTEST = 0.4;
const PRESSED = 1.2;

/** @typedef {import('../store.js').Stroke} Stroke */

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const canvas = h('canvas', { class: 'ink', 'aria-hidden': 'true' });
  const hint = h('span', { class: 'pad-hint', text: 'draw.blank' });
  const ring = h('span', { class: 'pen-ring', hidden: true });
  const pad = h(
    'div',
    { class: 'tile pad', 'data-testid': 'sketchpad', tabindex: 0, role: 'application', label: 'draw.label' },
    canvas, hint, ring,
  );
  const spoken = h('span', { class: 'unseen', 'aria-live': 'polite' });
  element.append(pad, spoken);
  const ink = new Ink(/** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')));

  /** The stroke under the pen, what lies below it, and the pointer that holds it; only one draws at a time. */
  /** @type {{ pointer: number | 'keys', stroke: Stroke, below: readonly Stroke[] } | null} */
  let pen = null;
  /** The keyboard's pen, shown while it is in use. @type {{ x: number, y: number } | null} */
  let cursor = null;

  const showCursor = () => {
    ring.hidden = cursor === null;
    ring.classList.toggle('down', pen !== null);
    if (!cursor) return;
    ring.style.setProperty('--x', String(cursor.x));
    ring.style.setProperty('--y', String(cursor.y));
  };

  const changed = (continues = true) => pen && void engine.draw([...pen.below, pen.stroke], { continues });

  /**
   * @param {number | 'keys'} pointer
   * @param {number} x
   * @param {number} y
   * @param {number} [pressure] where there is one
   */
  const begin = (pointer, x, y, pressure) => {
    const { pen: { erases, width }, strokes } = store.state;
    /** @type {Stroke} */
    const stroke = { points: [x, y] };
    if (width !== undefined) stroke.width = width;
    if (erases) stroke.erases = true;
    if (pressure !== undefined) stroke.pressure = [pressure];
    pen = { pointer, stroke, below: strokes };
    changed(false);
  };

  /** The line is drawn once more as a whole, so that a link or an undo later shows the very same. */
  const lift = () => {
    if (!pen) return;
    untold = false;
    const { below, stroke } = pen;
    pen = null;
    if (store.state.strokes.at(-1) === stroke) void engine.draw([...below, { ...stroke }], { continues: true });
  };

  /** Where the pad is. Looked up once a frame: between two of ink the browser would have to lay the page out anew. @type {DOMRect | null} */
  let box = null;
  const place = (/** @type {PointerEvent} */ { clientX, clientY }) => toUnit((box ??= pad.getBoundingClientRect()), clientX, clientY);

  pad.addEventListener('pointerdown', (event) => {
    if (pen && pen.pointer !== 'keys') return;
    // A pen's other end is an eraser, which browsers call button 5.
    if (event.button !== 0 && event.button !== 5) return;
    lift();
    pad.setPointerCapture(event.pointerId);
    cursor = null;
    showCursor();
    box = null;
    begin(event.pointerId, ...place(event), pressureOf(event));
    if (event.button === 5 && pen) pen.stroke.erases = true;
  });

  /** Points that nobody has been told of. */
  let untold = false;
  let toldAt = -Infinity;
  const tell = (/** @type {number} */ now) => {
    untold = false;
    toldAt = now;
    changed();
  };
  // `pointermove` waits for the next frame. Told at once, the model has looked by then, and ink and reconstruction are shown together.
  const moves = /** @type {'pointermove'} */ ('onpointerrawupdate' in pad ? 'pointerrawupdate' : 'pointermove');
  pad.addEventListener(moves, (event) => {
    if (pen?.pointer !== event.pointerId) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event]) {
      untold = extend(pen.stroke, ...place(one), pressureOf(one)) || untold;
    }
    if (untold && event.timeStamp - toldAt >= TELL_MS) tell(event.timeStamp);
  });
  pad.addEventListener('pointermove', ({ timeStamp }) => {
    box = null;
    if (untold) tell(timeStamp);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    pad.addEventListener(type, (event) => {
      if (pen?.pointer === event.pointerId) lift();
    });
  }

  /** @type {Record<string, [number, number]>} */
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  pad.addEventListener('keydown', (event) => {
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === 'y' || (key === 'z' && event.shiftKey))) void engine.redo();
    else if ((event.ctrlKey || event.metaKey) && key === 'z') {
      lift();
      void engine.undo();
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in arrows) {
      const [dx, dy] = arrows[event.key];
      cursor ??= { x: 0.5, y: 0.3 };
      cursor.x = Math.min(1, Math.max(0, cursor.x + dx * KEY_STEP));
      cursor.y = Math.min(1, Math.max(0, cursor.y + dy * KEY_STEP));
      if (pen?.pointer === 'keys' && extend(pen.stroke, cursor.x, cursor.y)) changed();
    } else if (event.key === ' ') {
      cursor ??= { x: 0.5, y: 0.3 };
      if (pen) lift();
      else begin('keys', cursor.x, cursor.y);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      lift();
      void engine.clear();
    } else return;
    event.preventDefault();
    showCursor();
    if (!cursor) return;
    const { lang } = store.state;
    spoken.textContent = translate(lang, 'draw.pen', {
      x: Math.round(cursor.x * 100), y: Math.round(cursor.y * 100),
      down: translate(lang, pen ? 'draw.penDown' : 'draw.penUp'),
    });
  });
  pad.addEventListener('blur', () => {
    if (pen?.pointer === 'keys') lift();
    cursor = null;
    showCursor();
  });

  const paint = () => {
    const { picture, strokes } = store.state;
    ink.show(picture, strokes);
  };
  new ResizeObserver(() => {
    canvas.width = canvas.height = Math.max(1, Math.round(pad.clientWidth * devicePixelRatio));
    paint();
  }).observe(pad);
  store.watch(['strokes', 'picture'], ({ strokes, picture }) => {
    hint.hidden = strokes.length > 0 || picture !== null;
    // Undo, a link or a test digit took the pad from under the pen.
    if (pen && strokes.at(-1) !== pen.stroke) pen = null;
    paint();
  });
  store.watch(['pen'], ({ pen: { erases } }) => void pad.classList.toggle('erases', erases));
}

/**
 * @param {PointerEvent} event
 * @returns {number | undefined} what a stroke's width is multiplied by; undefined from what feels no pressure
 */
function pressureOf({ pointerType, pressure }) {
  return pointerType === 'pen' && pressure > 0 ? LIGHTEST + PRESSED * pressure : undefined;
}
