// How the loss curves look: uPlot's options, from the page's colours and type.

import { importLibrary } from '../api/assets.js';
import { remOf } from '../dom.js';

/** In the order of the history's table. */
export const CURVES = /** @type {const} */ ([
  { id: 'elbo', name: 'chart.elbo', color: '--elbo', dash: [] },
  { id: 'recon', name: 'chart.recon', color: '--xhat', dash: [] },
  { id: 'kl', name: 'chart.kl', color: '--z', dash: [] },
  { id: 'cost', name: 'chart.cost', color: '--z', dash: [6, 3] },
]);

/** @typedef {typeof CURVES[number]['id'] | 'train' | 'test'} Shown what can be shown and hidden */

/** @returns {Promise<typeof import('uplot')>} */
export async function loadUPlot() {
  return (await importLibrary('uPlot')).default;
}

/**
 * Which of the table's series are seen.
 * @param {ReadonlySet<Shown>} hidden
 * @returns {boolean[]} training's, then held-out ones
 */
export function visibility(hidden) {
  return (/** @type {const} */ (['train', 'test'])).flatMap((split) => CURVES.map(({ id }) => !hidden.has(split) && !hidden.has(id)));
}

/**
 * The ends of the vertical axis. A logarithm has no zero, and a value at zero does not stretch it.
 * @param {number | null} min
 * @param {number | null} max
 * @param {boolean} log
 * @returns {[number, number]}
 */
export function verticalRange(min, max, log) {
  const [low, high] = [min ?? 10, max ?? 600];
  if (log) return [Math.max(0.1, low * 0.8), Math.max(1, high * 1.15)];
  const room = Math.max(1, high - Math.min(0, low)) * 0.05;
  return [Math.min(0, low - room), high + room];
}

/**
 * The library counts from the scale's own minimum, which is seldom a round number.
 * @param {number} min
 * @param {number} max
 * @returns {number[]} 1 to 9 times each power of ten, from min to max
 */
export function wholeTicks(min, max) {
  const ticks = [];
  for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) {
    for (let lead = 1; lead < 10; lead += 1) {
      if (lead * power >= min && lead * power <= max) ticks.push(lead * power);
    }
  }
  return ticks;
}

/**
 * @param {number | null} tick
 * @returns {boolean} 1, 2 and 5 times a power of ten
 */
function showsTick(tick) {
  if (tick === null) return false;
  const lead = tick / 10 ** Math.floor(Math.log10(tick) + 1e-9);
  return [1, 2, 5].some((one) => Math.abs(lead - one) < 1e-6);
}

/**
 * What both axes of every chart share.
 * @param {HTMLElement} plot
 */
export function look(plot) {
  const style = getComputedStyle(plot);
  const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const rem = remOf(plot);
  /** @type {import('uplot').Axis} */
  const axis = { stroke: color('--ink-soft'), font: `${0.6875 * rem}px ${style.fontFamily}`, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return { color, rem, axis };
}

/**
 * The axis of nats.
 * @param {ReturnType<typeof look>} of
 * @param {boolean} log
 * @returns {import('uplot').Axis}
 */
export function verticalAxis({ rem, axis }, log) {
  const base = { ...axis, size: 2.5 * rem, space: 1.125 * rem };
  if (!log) return base;
  return {
    ...base,
    splits: (_, __, min, max) => wholeTicks(min, max),
    filter: (_, ticks) => ticks,
    values: (_, ticks) => ticks.map((tick) => (showsTick(tick) ? String(Number(tick.toPrecision(1))) : '')),
  };
}

/**
 * @param {HTMLElement} plot
 * @param {{ log: boolean, hidden: ReadonlySet<Shown>, onCursor: (index: number | null) => void, onZoom: () => void }} how
 * @returns {import('uplot').Options}
 */
export function curveOptions(plot, { log, hidden, onCursor, onZoom }) {
  const seen = look(plot);
  const { color, rem, axis } = seen;
  const shown = visibility(hidden);
  return {
    width: plot.clientWidth || 300,
    height: plot.clientHeight || 150,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false, dist: 6 } },
    padding: [8, 10, 0, 0],
    scales: {
      x: { time: false },
      // A first step of 550 and the last nats won are both worth seeing.
      y: { distr: log ? 3 : 1, range: (_, min, max) => verticalRange(min, max, log) },
    },
    axes: [{ ...axis, size: 1.5 * rem, space: 4 * rem }, verticalAxis(seen, log)],
    series: [
      {},
      ...CURVES.map(({ color: of, dash }, i) => ({ show: shown[i], stroke: color(of), width: 1.5, dash: [...dash], points: { show: false }, spanGaps: true })),
      ...CURVES.map(({ color: of }, i) => ({
        show: shown[CURVES.length + i], stroke: color(of), width: 1, dash: [2, 4], spanGaps: true,
        points: { show: true, size: 6, fill: color('--surface'), width: 1.5 },
      })),
    ],
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      setSelect: [onZoom],
    },
  };
}
