// Thin wires between the parts, with dots on them when something flows: a stroke, a z that is moved, a step of training.

import { svg } from '../dom.js';
import { wirePath } from '../wire-geometry.js';

/** What each wire joins, in the order of the flow. */
const WIRES = /** @type {const} */ ([
  { from: '.x-box', to: '.encoder .network', variable: 'x' },
  { from: '.encoder .network', to: '.posterior', variable: 'mu' },
  { from: '.posterior', to: '.space-box', variable: 'sigma' },
  { from: '.space-box', to: '.decoder .network', variable: 'z' },
  { from: '.decoder .network', to: '.xhat-box', variable: 'xhat' },
]);

/** The first wire behind z. */
const BEHIND_Z = 3;

const DOT_MS = 520;
/** From one wire's dot to the next one's. */
const NEXT_MS = 110;
/** Dots start this often at most, however fast things change: for the hand, and for steps of training. */
const EVERY_MS = 140;
const STEPS_MS = 700;

/**
 * @param {HTMLElement} element within the flow, over all of it
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const flow = /** @type {HTMLElement} */ (element.parentElement);
  const paths = WIRES.map(({ variable }) => svg('path', { class: `wire ${variable}` }));
  const picture = svg('svg', { class: 'wire-picture', 'aria-hidden': 'true' }, ...paths);
  element.append(picture);
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  const measure = () => {
    const origin = flow.getBoundingClientRect();
    const boxOf = (/** @type {string} */ selector) => {
      const box = flow.querySelector(selector)?.getBoundingClientRect();
      if (!box || box.width === 0) return null;
      return { left: box.left - origin.left, right: box.right - origin.left, top: box.top - origin.top, bottom: box.bottom - origin.top };
    };
    WIRES.forEach(({ from, to }, i) => {
      const [a, b] = [boxOf(from), boxOf(to)];
      const path = (a && b && wirePath(a, b)) || '';
      if (path === paths[i].getAttribute('d')) return;
      paths[i].setAttribute('d', path);
      // What flows along the old line would cross the parts.
      picture.querySelectorAll('.flow-dot').forEach((moving) => moving.remove());
    });
  };
  let asked = false;
  const remeasure = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      measure();
    });
  };
  const observer = new ResizeObserver(remeasure);
  observer.observe(flow);
  const joined = new Set(WIRES.flatMap(({ from, to }) => [from, to]).map((selector) => flow.querySelector(selector)));
  for (const end of joined) if (end) observer.observe(end);
  store.watch(['layers', 'spec', 'lang', 'hide'], remeasure);

  /**
   * @param {number} wire
   * @param {number} delay ms
   * @param {boolean} back against the flow, as gradients go
   */
  const dot = (wire, delay, back) => {
    const path = paths[wire].getAttribute('d');
    if (!path) return;
    const moving = svg('circle', { class: `flow-dot ${back ? 'back' : WIRES[wire].variable}`, r: back ? 2 : 3 });
    moving.style.offsetPath = `path("${path}")`;
    picture.append(moving);
    const ends = [{ offsetDistance: '0%', opacity: 1 }, { offsetDistance: '100%', opacity: 1 }];
    moving.animate(back ? ends.reverse() : ends, { duration: DOT_MS, delay, easing: 'ease-in-out', fill: 'backwards' })
      .addEventListener('finish', () => moving.remove());
  };

  let last = -Infinity;
  /**
   * @param {number} first wire
   * @param {boolean} [back] and back again
   */
  const flows = (first, back = false) => {
    const now = performance.now();
    if (still.matches || document.hidden || now - last < (back ? STEPS_MS : EVERY_MS)) return;
    last = now;
    const wires = WIRES.map((_, i) => i).slice(first);
    wires.forEach((wire, i) => dot(wire, i * NEXT_MS, false));
    if (back) wires.reverse().forEach((wire, i) => dot(wire, (wires.length + i) * NEXT_MS, true));
  };

  let begun = false;
  store.watch(['input'], ({ input }) => begun && input && flows(0));
  store.watch(['z'], ({ z, zSource }) => begun && z && zSource !== 'mu' && flows(BEHIND_Z));
  store.watch(['step'], ({ step }) => begun && step > 0 && flows(0, true));
  begun = true;
}
