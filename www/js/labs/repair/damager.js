// A digit and what is done to it. Of a picture with a hole, more can be rubbed out with the pointer or the keyboard.

import { h, showNumber, translate } from '../../dom.js';
import { STRENGTHS, damage, withoutRows } from '../../engine/damage.js';
import { digitChoice } from '../shared/digit-choice.js';
import { take, tell } from '../shared/kept.js';
import { PIXELS, SIDE, picture, show } from '../shared/picture.js';

/** @typedef {import('../../engine/damage.js').Kind} Kind */

const KINDS = /** @type {readonly Kind[]} */ (['noise', 'blur', 'hole', 'thumbnail']);

/** Radius of the rubber in pixels. */
const RUBBER = 2;

/** What stands for lost pixels: no digit is of this colour. */
const LOST = '#b36200';

/**
 * @param {import('../../store.js').Store} store
 * @param {() => void} changed
 */
export function damager(store, changed) {
  const choice = digitChoice(store, { id: 'repair-digit', name: 'repair.digit', initial: 'yours', changed: () => update() });
  const strength = h('input', { type: 'range', id: 'repair-strength', 'data-testid': 'repair-strength' });
  const amount = h('output', { for: 'repair-strength' });
  const canvas = picture({ class: 'damaged', 'data-testid': 'repair-damaged', 'aria-hidden': 'true' });
  const cursor = h('span', { class: 'rubber', hidden: true });
  const board = h('div', { class: 'board', 'data-testid': 'repair-board', role: 'application', label: 'repair.board' }, canvas, cursor);
  const hint = h('p', { class: 'caption' });
  const another = h('button', { type: 'button', class: 'quiet', 'data-testid': 'repair-another', text: 'repair.anotherNoise' });
  const kinds = KINDS.map((kind) => {
    const input = h('input', { type: 'radio', name: 'repair-kind', value: kind, id: `repair-${kind}`, 'data-testid': `repair-${kind}`, class: 'unseen' });
    input.addEventListener('change', () => {
      tell(store, 'repair-strength', null);
      tell(store, 'repair-kind', kind === KINDS[0] ? null : kind);
    });
    return { kind, input, element: h('span', { class: 'kind' }, input, h('label', { for: `repair-${kind}`, class: 'quiet', text: `repair.${kind}` })) };
  });

  /** @type {Kind} */
  let kind = 'noise';
  let seed = 1;
  let mask = withoutRows(0);
  /** @type {import('../../engine/damage.js').Damaged | null} */
  let problem = null;
  let rubbing = false;
  /** The keyboard's rubber. */
  const at = { x: SIDE / 2, y: SIDE / 2 };

  const update = () => {
    problem = choice.value && damage(choice.value.pixels, kind, strength.valueAsNumber, { seed, mask });
    show(canvas, problem?.shown ?? null);
    if (problem?.mask) paintLost(problem.mask);
    changed();
  };

  /** @param {Float32Array} known */
  const paintLost = (known) => {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = LOST;
    known.forEach((one, i) => {
      if (one === 0) context.fillRect(i % SIDE, Math.floor(i / SIDE), 1, 1);
    });
  };

  const words = () => {
    const { lang } = store.state;
    hint.textContent = translate(lang, `repair.${kind}.text`);
    const value = strength.valueAsNumber;
    const [side] = [[14, 7, 4][value] ?? 0];
    showNumber(amount, value, () => translate(lang, `repair.${kind}.amount`, { value: kind === 'thumbnail' ? side : Number(value.toFixed(2)) }));
  };

  /** @param {Kind} next */
  const begin = (next) => {
    kind = next;
    for (const one of kinds) one.input.checked = one.kind === kind;
    const { min, max, step, initial } = STRENGTHS[kind];
    Object.assign(strength, { min, max, step });
    strength.value = String(initial);
    mask = withoutRows(kind === 'hole' ? initial : 0);
    another.hidden = kind !== 'noise';
    board.tabIndex = kind === 'hole' ? 0 : -1;
    board.classList.toggle('rubbed', kind === 'hole');
    cursor.hidden = true;
    words();
  };

  /**
   * @param {number} x in pixels
   * @param {number} y
   */
  const rub = (x, y) => {
    const next = mask.map((known, i) => (Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y) <= RUBBER ? 0 : known));
    if (next.every((known, i) => known === mask[i])) return;
    mask = next;
    update();
  };
  const rubAt = (/** @type {PointerEvent} */ event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    rub(((event.clientX - left) / width) * SIDE, ((event.clientY - top) / height) * SIDE);
  };
  board.addEventListener('pointerdown', (event) => {
    if (kind !== 'hole' || event.button !== 0) return;
    board.setPointerCapture(event.pointerId);
    rubbing = true;
    cursor.hidden = true;
    rubAt(event);
  });
  board.addEventListener('pointermove', (event) => {
    if (rubbing) rubAt(event);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    board.addEventListener(type, () => void (rubbing = false));
  }
  board.addEventListener('keydown', (event) => {
    if (kind !== 'hole') return;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    const inside = (/** @type {number} */ value) => Math.min(SIDE, Math.max(0, value));
    if (move) [at.x, at.y] = [inside(at.x + move[0]), inside(at.y + move[1])];
    else rub(at.x, at.y);
    cursor.hidden = false;
    cursor.style.setProperty('--x-share', String(at.x / SIDE));
    cursor.style.setProperty('--y-share', String(at.y / SIDE));
  });
  board.addEventListener('blur', () => void (cursor.hidden = true));

  strength.addEventListener('input', () => {
    tell(store, 'repair-strength', strength.value === String(STRENGTHS[kind].initial) ? null : strength.value);
    if (kind === 'hole') mask = withoutRows(strength.valueAsNumber);
    words();
    update();
  });
  another.addEventListener('click', () => {
    seed++;
    update();
  });
  store.watch(['lang'], words);
  begin(KINDS[0]);
  // Once the lab stands, which hears of every change.
  queueMicrotask(() => store.watch(['labs'], ({ labs }) => {
    const asked = KINDS.find((one) => one === labs['repair-kind']) ?? KINDS[0];
    const other = asked !== kind;
    if (other) begin(asked);
    const value = labs['repair-strength'] ?? String(STRENGTHS[kind].initial);
    if (value !== strength.value && take(strength, value)) strength.dispatchEvent(new Event('input'));
    else if (other) update();
  }));

  return {
    element: h(
      'section', { class: 'panel damage' },
      h('h2', { text: 'repair.damage.title' }),
      h(
        'div', { class: 'damage-box' },
        h(
          'div', { class: 'damage-side' }, choice.element,
          h('div', { class: 'kinds', role: 'radiogroup', label: 'repair.damage.title' }, ...kinds.map(({ element }) => element)),
          h('div', { class: 'field' }, h('label', { for: 'repair-strength' }, h('span', { text: 'repair.strength' }), amount), h('div', { class: 'control' }, strength)),
        ),
        board,
      ),
      h('div', { class: 'row' }, another), hint,
    ),
    problem: () => problem,
    original: () => choice.value?.pixels ?? new Float32Array(PIXELS),
  };
}
