// Both sides' losses in one chart: one term at a time, A drawn through, B dashed.

import { loadUPlot, look, verticalAxis, verticalRange } from '../../charts/curves.js';
import { readByTouch } from '../../charts/zoom.js';
import { h } from '../../dom.js';

export const TERMS = /** @type {const} */ (['elbo', 'recon', 'kl']);

/** @typedef {typeof TERMS[number]} Term */

/**
 * Two histories on one axis of steps.
 * @param {readonly import('../../history.js').History[]} histories
 * @param {Term} term
 * @returns {(number | null)[][]} steps, then one row for each
 */
export function together(histories, term) {
  const series = histories.map(({ train }) => {
    const values = term === 'elbo' ? train.recon.map((recon, i) => recon + train.kl[i]) : train[term];
    return new Map(train.step.map((step, i) => [step, values[i]]));
  });
  const steps = [...new Set(series.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  return [steps, ...series.map((points) => steps.map((step) => points.get(step) ?? null))];
}

/** @param {() => void} onCursor */
export function chart(onCursor) {
  const plot = h('div', { class: 'plot', role: 'group', label: 'compare.chart', 'data-testid': 'compare-chart' });
  const element = h('div', { class: 'plot-box' }, plot, h('p', { class: 'compare-empty', text: 'compare.empty.curves' }));
  /** @type {import('uplot') | null} */
  let drawn = null;
  let ended = false;
  /** @type {(number | null)[][]} */
  let table = [[], [], []];

  readByTouch(plot, () => drawn);
  new ResizeObserver(() => drawn?.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
  return {
    element,
    /** For other colours. */
    async rebuild() {
      const UPlot = await loadUPlot();
      if (ended) return;
      drawn?.destroy();
      const seen = look(plot);
      const { color, rem, axis } = seen;
      drawn = new UPlot({
        width: plot.clientWidth || 300, height: plot.clientHeight || 150, legend: { show: false }, padding: [8, 10, 0, 0],
        cursor: { y: false, drag: { x: true, y: false } },
        scales: { x: { time: false }, y: { distr: 3, range: (_, min, max) => verticalRange(min, max, true) } },
        axes: [{ ...axis, size: 1.5 * rem, space: 4 * rem }, verticalAxis(seen, true)],
        series: [
          {},
          { stroke: color('--ink'), width: 1.75, points: { show: false }, spanGaps: true },
          { stroke: color('--busy'), width: 1.75, dash: [5, 3], points: { show: false }, spanGaps: true },
        ],
        hooks: { setCursor: [onCursor] },
      }, /** @type {import('uplot').AlignedData} */ (table), plot);
    },
    /** @param {(number | null)[][]} next */
    show(next) {
      table = next;
      drawn?.setData(/** @type {import('uplot').AlignedData} */ (table));
    },
    /** It listens to the window. */
    end() {
      ended = true;
      drawn?.destroy();
      drawn = null;
    },
    /** @returns {(number | null)[] | null} step, A and B under the cursor */
    get under() {
      const index = drawn?.cursor.idx;
      return index == null ? null : table.map((row) => row[index]);
    },
  };
}
