// The loss curves, drawn by uPlot.

import { h, translate } from '../dom.js';

/** The build puts the library here; a URL of its own needs neither bundler nor inline import map. */
const UPLOT_URL = new URL('../../vendor/uPlot.esm.js', import.meta.url).href;

/** Time between redraws while training. */
const REDRAW_MS = 100;

const CURVES = /** @type {const} */ ([
  { name: 'chart.elbo', color: '--elbo' },
  { name: 'chart.recon', color: '--xhat' },
  { name: 'chart.kl', color: '--z' },
]);

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const plot = h('div', { class: 'plot', 'data-testid': 'loss-chart', role: 'img', label: 'chart.label' });
  const empty = h('p', { class: 'chart-empty', text: 'chart.empty' });
  const legend = h(
    'div', { class: 'legend' },
    ...CURVES.map(({ name, color }) => h('span', {}, h('i', { class: `swatch${color}` }), h('span', { text: name }))),
    h('span', { class: 'caption', text: 'chart.train' }),
    h('span', { class: 'caption', text: 'chart.test' }),
  );
  element.append(legend, h('div', { class: 'plot-box' }, plot, empty));

  /** @type {import('uplot') | null} */
  let chart = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const redraw = () => {
    timer = undefined;
    const table = engine.history.table();
    empty.hidden = table[0].length > 0;
    plot.classList.toggle('blank', !empty.hidden);
    chart?.setData(/** @type {import('uplot').AlignedData} */ (table));
  };

  const rebuild = async () => {
    /** @type {typeof import('uplot')} */
    const UPlot = (await import(UPLOT_URL)).default;
    chart?.destroy();
    chart = new UPlot(options(plot, store.state.lang), [[]], plot);
    redraw();
  };

  store.watch(['historyVersion'], ({ historyVersion }) => {
    if (historyVersion === 0 || timer !== undefined) return;
    timer = setTimeout(redraw, REDRAW_MS);
  });
  store.watch(['lang', 'theme'], () => void rebuild().catch(engine.report));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => void rebuild().catch(engine.report));
  new ResizeObserver(() => chart?.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
}

/**
 * @param {HTMLElement} plot
 * @param {'en' | 'zh'} lang
 * @returns {import('uplot').Options}
 */
function options(plot, lang) {
  const style = getComputedStyle(plot);
  const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${0.6875 * rem}px ${style.fontFamily}`;
  /** @type {import('uplot').Axis} */
  const axis = { stroke: color('--ink-soft'), font, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: plot.clientWidth || 300,
    height: plot.clientHeight || 150,
    legend: { show: false },
    cursor: { y: false, points: { size: 5 } },
    padding: [8, 10, 0, 0],
    scales: {
      x: { time: false },
      // A first step of 550 and the last nats won are both worth seeing.
      y: { distr: 3, range: (_, min, max) => [Math.max(1, (min ?? 10) * 0.8), Math.max(10, (max ?? 600) * 1.15)] },
    },
    axes: [
      { ...axis, size: 1.5 * rem, space: 4 * rem },
      { ...axis, size: 2.25 * rem, space: 1.125 * rem, splits: (_, __, min, max) => wholeTicks(min, max), filter: (_, ticks) => ticks, values: (_, ticks) => ticks.map((tick) => (showsTick(tick) ? String(tick) : '')) },
    ],
    series: [
      { label: translate(lang, 'chart.axis') },
      ...CURVES.map(({ name, color: of }) => ({ label: translate(lang, name), stroke: color(of), width: 1.5, points: { show: false }, spanGaps: true })),
      ...CURVES.map(({ name, color: of }) => ({
        label: translate(lang, name), stroke: color(of), width: 1, dash: [2, 4], spanGaps: true,
        points: { show: true, size: 7, fill: color('--surface'), width: 2 },
      })),
    ],
  };
}

/**
 * The library counts from the scale's own minimum, which is seldom a round number.
 * @param {number} min
 * @param {number} max
 * @returns {number[]} 1 to 9 times each power of ten, from min to max
 */
function wholeTicks(min, max) {
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
