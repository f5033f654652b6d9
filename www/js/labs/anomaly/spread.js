// The scores on one axis: a histogram of test digits, odd pictures under it, and a threshold between them.

import { h, showNumber, svg, translate } from '../../dom.js';
import { LogAxis, histogram, shareBeyond, valueAt } from '../../engine/scores.js';
import { picture, show } from '../shared/picture.js';
import { ODDITIES } from './oddities.js';

const BINS = 80;
const HEIGHT = 100;
/** The share of test digits that lies beyond the threshold at first. */
const SHARE = 0.05;
/** The threshold's handle has so many steps. */
const STEPS = 400;
/** Rows of pictures, unless they are too many for them. */
const ROWS = 3;
/** The axis ends at so many times the costliest test digit; what costs more stands at its end. */
const REACH = 2;
/** Pixels that the label at the axis's end takes, and the axis's own where it is not laid out yet. */
const LABEL_ROOM = 56;
const USUAL_WIDTH = 600;

/** @typedef {import('./index.js').Scored} Scored */

/**
 * @param {import('../../store.js').Store} store
 * @param {(one: Scored, beyond: number) => void} chosen told which picture is looked at, and which share of test digits
 *   scores higher
 */
export function spread(store, chosen) {
  const bars = svg('svg', { viewBox: `0 0 ${BINS} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'spread-bars' });
  const axisLine = h('div', { class: 'spread-axis', 'aria-hidden': 'true' });
  const mark = h('div', { class: 'mark', hidden: true, 'aria-hidden': 'true' });
  const gallery = h('div', { class: 'gallery', role: 'listbox', label: 'anomaly.gallery', 'data-testid': 'anomaly-gallery' });
  const handle = h('input', { type: 'range', id: 'threshold', 'data-testid': 'threshold', label: 'anomaly.threshold', min: 0, max: STEPS, step: 1, value: 0, disabled: true });
  const limit = h('output', { for: 'threshold', 'data-testid': 'threshold-value' });
  const share = h('span', { 'data-testid': 'share-beyond' });
  const caught = h('span', { 'data-testid': 'caught' });
  const waiting = h('p', { class: 'caption', role: 'status', text: 'anomaly.waiting' });
  const summary = h('p', { class: 'caption', hidden: true }, h('span', { text: 'anomaly.threshold' }), ' ', limit, ' · ', share, ' · ', caught);
  const box = h('div', { class: 'plot-area', role: 'img', label: 'anomaly.plot' }, bars, mark, axisLine);

  /** @type {Float32Array} */
  let usual = new Float32Array();
  /** @type {readonly Scored[]} */
  let scored = [];
  let axis = new LogAxis(1, 10);
  let threshold = NaN;
  /** @type {import('./oddities.js').Oddity} */
  let selected = 'yours';

  const items = ODDITIES.map((name) => {
    const canvas = picture({ 'aria-hidden': 'true' });
    const button = h('button', { type: 'button', class: 'odd', role: 'option', 'data-testid': `odd-${name}`, hidden: true, tabindex: -1 }, canvas);
    button.addEventListener('click', () => select(name));
    return { name, canvas, button };
  });
  gallery.append(...items.map(({ button }) => button));

  /** @param {import('./oddities.js').Oddity} name */
  const select = (name) => {
    selected = name;
    tell();
  };

  /** In the order of their scores, as they stand. */
  const inOrder = () => [...scored].sort((a, b) => a.total - b.total);
  gallery.addEventListener('keydown', (event) => {
    const order = inOrder().map(({ name }) => name);
    const at = order.indexOf(selected);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 }[event.key];
    if (to === undefined || order.length === 0) return;
    event.preventDefault();
    select(order[(to + order.length) % order.length]);
    items.find(({ name }) => name === selected)?.button.focus();
  });

  const tell = () => {
    const one = scored.find(({ name }) => name === selected) ?? scored[0];
    for (const { name, button } of items) {
      const chosenOne = name === one?.name;
      button.setAttribute('aria-selected', String(chosenOne));
      button.tabIndex = chosenOne ? 0 : -1;
    }
    if (one) chosen(one, shareBeyond(usual, one.total));
  };

  const judge = () => {
    const { lang } = store.state;
    mark.style.setProperty('--place', String(axis.place(threshold)));
    showNumber(limit, threshold, (value) => translate(lang, 'anomaly.nats', { value: value.toFixed(0) }));
    showNumber(share, usual.length ? shareBeyond(usual, threshold) : null, (value) => translate(lang, 'anomaly.share', { percent: (100 * value).toFixed(1) }));
    const odd = scored.filter(({ name }) => name !== 'yours');
    const beyond = odd.filter(({ total }) => total > threshold).length;
    showNumber(caught, odd.length ? beyond : null, () => translate(lang, 'anomaly.caught', { beyond, count: odd.length }));
    for (const { name, button } of items) {
      const one = scored.find((each) => each.name === name);
      if (!one) continue;
      const out = one.total > threshold;
      button.classList.toggle('out', out);
      const words = { name: translate(lang, `anomaly.odd.${name}`), value: one.total.toFixed(0) };
      const label = translate(lang, out ? 'anomaly.item.out' : 'anomaly.item', words);
      button.setAttribute('aria-label', label);
      button.title = label;
    }
  };

  /** Pictures as near to their scores as they fit without hiding each other; in full rows they move on to the right. */
  const arrange = () => {
    const width = gallery.clientWidth;
    if (width === 0) return;
    const side = items[0].button.offsetWidth || 32;
    /** Where each row is taken up to. @type {number[]} */
    const ends = [];
    for (const { name, total } of inOrder()) {
      const item = items.find((each) => each.name === name);
      if (!item) continue;
      const wanted = Math.min(width - side, Math.max(0, axis.place(total) * width - side / 2));
      let row = ends.findIndex((end) => end <= wanted);
      if (row < 0 && ends.length >= ROWS) row = ends.indexOf(Math.min(...ends));
      if (row < 0 || ends[row] > width - side) row = ends.push(0) - 1;
      const left = Math.max(wanted, ends[row]);
      ends[row] = left + side + 3;
      item.button.style.setProperty('--left', `${left}px`);
      item.button.style.setProperty('--row', String(row));
    }
    gallery.style.setProperty('--rows', String(ends.length));
  };

  const draw = () => {
    const counts = histogram(usual, axis, BINS);
    const most = Math.max(...counts);
    bars.replaceChildren(...Array.from(counts, (count, i) => svg('rect', { x: i, width: 0.9, y: HEIGHT * (1 - count / most), height: (HEIGHT * count) / most })));
    const end = h('span', { class: 'end' }, `≥ ${axis.to.toFixed(0)}`);
    end.style.setProperty('--place', '1');
    // A label too near to the end would run into the end's own.
    const width = axisLine.clientWidth || USUAL_WIDTH;
    axisLine.replaceChildren(...axis.ticks().filter((tick) => (1 - axis.place(tick)) * width > LABEL_ROOM).map((tick) => {
      const label = h('span', {}, String(tick));
      label.style.setProperty('--place', String(axis.place(tick)));
      return label;
    }), end);
  };

  handle.addEventListener('input', () => {
    threshold = axis.value(handle.valueAsNumber / STEPS);
    judge();
  });
  new ResizeObserver(arrange).observe(gallery);
  store.watch(['lang'], judge);

  return {
    element: h(
      'div', { class: 'spread-box' },
      h('div', { class: 'lab-head' }, h('h2', { text: 'anomaly.title' }), waiting, summary),
      box, h('div', { class: 'threshold' }, handle), gallery,
    ),
    /**
     * @param {Float32Array} sorted scores of test digits, ascending
     * @param {readonly Scored[]} odd
     */
    show(sorted, odd) {
      // A threshold that somebody has set stays where it is; until then it follows the test digits.
      const follows = handle.disabled || threshold === valueAt(usual, SHARE);
      usual = sorted;
      scored = odd;
      const all = [...sorted, ...odd.map(({ total }) => total)].filter((value) => value > 0);
      axis = new LogAxis(Math.min(...all) * 0.9, sorted[sorted.length - 1] * REACH);
      if (follows) threshold = valueAt(usual, SHARE);
      handle.disabled = summary.hidden = mark.hidden = false;
      waiting.hidden = true;
      handle.value = String(Math.round(axis.place(threshold) * STEPS));
      for (const { name, canvas, button } of items) {
        const one = odd.find((each) => each.name === name);
        button.hidden = !one;
        if (one) show(canvas, one.pixels);
      }
      draw();
      judge();
      arrange();
      tell();
    },
  };
}
