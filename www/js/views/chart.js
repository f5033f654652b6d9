// The loss curves, drawn by uPlot: what is seen of them, how close, and their values under the cursor.

import { CURVES, curveOptions, loadUPlot, visibility } from '../charts/curves.js';
import { moved, pinched, readByTouch, scaled, zoomByTouch } from '../charts/zoom.js';
import { h, translate } from '../dom.js';

/** Time between redraws while training. */
const REDRAW_MS = 100;

const number = (/** @type {number | null | undefined} */ value) => (value == null ? '–' : value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace('-', '−'));

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const plot = h('div', { class: 'plot', 'data-testid': 'loss-chart', role: 'group', tabindex: 0, label: 'chart.label' });
  const empty = h('p', { class: 'chart-empty', text: 'chart.empty' });
  const readout = h('span', { class: 'caption readout', 'data-testid': 'chart-step' });
  /** @type {Set<import('../charts/curves.js').Shown>} */
  const hidden = new Set();
  let log = true;
  /** @type {import('uplot') | null} */
  let chart = null;
  /** Steps in view; null for all of them. @type {import('../charts/zoom.js').Span | null} */
  let zoom = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let table = engine.history.table();

  const toggles = [...CURVES, .../** @type {const} */ ([{ id: 'train', name: 'chart.train' }, { id: 'test', name: 'chart.test' }])].map((curve) => {
    const value = h('b', { class: 'value' });
    const mark = h('i', { class: 'color' in curve ? `swatch${curve.color} ${curve.id}` : `swatch-${curve.id}`, 'aria-hidden': 'true' });
    const button = h('button', { type: 'button', class: 'legend-item', 'aria-pressed': 'true', 'data-testid': `curve-${curve.id}` }, mark, h('span', { text: curve.name }), value);
    button.addEventListener('click', () => {
      if (!hidden.delete(curve.id)) hidden.add(curve.id);
      button.setAttribute('aria-pressed', String(!hidden.has(curve.id)));
      visibility(hidden).forEach((show, i) => chart?.setSeries(i + 1, { show }));
    });
    return { ...curve, button, value };
  });
  const scale = h('button', { type: 'button', class: 'quiet small', 'aria-pressed': 'true', text: 'chart.log', title: 'chart.log.title', 'data-testid': 'chart-log' });
  scale.addEventListener('click', () => {
    log = !log;
    scale.setAttribute('aria-pressed', String(log));
    void rebuild().catch(engine.report);
  });
  const closer = h('button', { type: 'button', class: 'quiet small', label: 'chart.closer', title: 'chart.closer' }, '+');
  const farther = h('button', { type: 'button', class: 'quiet small', label: 'chart.farther', title: 'chart.farther' }, '−');
  const all = h('button', { type: 'button', class: 'quiet small', text: 'chart.all', title: 'chart.all.title', 'data-testid': 'chart-all' });
  element.append(
    h('div', { class: 'legend' }, ...toggles.map(({ button }) => button), h('span', { class: 'legend-tools' }, readout, scale, farther, closer, all)),
    h('div', { class: 'plot-box' }, plot, empty),
  );

  const whole = () => {
    const steps = /** @type {number[]} */ (table[0]);
    return { min: steps[0] ?? 0, max: steps[steps.length - 1] ?? 1 };
  };
  const look = (/** @type {import('../charts/zoom.js').Span | null} */ span) => {
    zoom = span;
    all.hidden = zoom === null;
    element.dataset.zoom = zoom ? `${zoom.min}-${zoom.max}` : '';
    chart?.setScale('x', zoom ?? whole());
  };
  const step = (/** @type {(span: import('../charts/zoom.js').Span) => import('../charts/zoom.js').Span | null} */ change) => {
    if (table[0].length > 1) look(change(zoom ?? whole()));
  };
  closer.addEventListener('click', () => step((span) => scaled(span, whole(), 0.5)));
  farther.addEventListener('click', () => step((span) => scaled(span, whole(), 2)));
  all.addEventListener('click', () => {
    look(null);
    plot.focus();
  });
  plot.addEventListener('dblclick', () => look(null));
  plot.addEventListener('keydown', (event) => {
    const act = {
      '+': () => step((span) => scaled(span, whole(), 0.5)), '=': () => step((span) => scaled(span, whole(), 0.5)),
      '-': () => step((span) => scaled(span, whole(), 2)), 0: () => look(null), Escape: () => look(null),
      ArrowLeft: () => (event.shiftKey ? step((span) => moved(span, whole(), -0.25)) : walk(-1)),
      ArrowRight: () => (event.shiftKey ? step((span) => moved(span, whole(), 0.25)) : walk(1)),
      Home: () => walk(-Infinity), End: () => walk(Infinity),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  readByTouch(plot, () => chart);
  zoomByTouch(plot, () => chart, (steps, places) => look(pinched(whole(), steps, places)));

  /** The cursor to the next point. @param {number} by */
  const walk = (by) => {
    if (!chart || table[0].length === 0) return;
    const at = Math.max(0, Math.min(table[0].length - 1, (chart.cursor.idx ?? (by > 0 ? -1 : table[0].length)) + by));
    chart.setCursor({ left: chart.valToPos(/** @type {number} */ (table[0][at]), 'x'), top: 1 });
  };

  /** @param {number | null} index of the table; null reads the latest */
  const read = (index) => {
    const { lang } = store.state;
    const steps = /** @type {number[]} */ (table[0]);
    const last = (/** @type {number} */ row) => table[row].findLast((value) => value !== null);
    toggles.forEach(({ value }, i) => {
      if (i >= CURVES.length) return;
      const [train, test] = [i + 1, i + 1 + CURVES.length].map((row) => (index === null ? last(row) : table[row][index]));
      value.textContent = steps.length === 0 ? '' : test == null ? number(train) : train == null ? `● ${number(test)}` : `${number(train)} ● ${number(test)}`;
    });
    readout.textContent = index === null || steps.length === 0 ? '' : translate(lang, 'chart.at', { step: steps[index].toLocaleString(lang) });
    readout.dataset.value = index === null ? '' : String(steps[index]);
  };

  const redraw = () => {
    timer = undefined;
    table = engine.history.table();
    empty.hidden = table[0].length > 0;
    plot.classList.toggle('blank', !empty.hidden);
    if (empty.hidden === false && zoom) look(null);
    chart?.setData(/** @type {import('uplot').AlignedData} */ (table), zoom === null);
    if (zoom) chart?.setScale('x', zoom);
    read(chart?.cursor.idx ?? null);
  };

  const rebuild = async () => {
    // The page opens without the library: it is fetched when there is a curve to draw.
    if (engine.history.table()[0].length === 0 && !chart) return redraw();
    timer = undefined;
    const UPlot = await loadUPlot();
    if (store.signal.aborted) return;
    chart?.destroy();
    chart = new UPlot(
      curveOptions(plot, {
        log, hidden, onCursor: read,
        onZoom: () => {
          if (!chart || chart.select.width < 6) return;
          const [min, max] = [chart.select.left, chart.select.left + chart.select.width].map((left) => chart?.posToVal(left, 'x') ?? 0);
          look({ min, max });
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      }), [[]], plot);
    redraw();
  };

  all.hidden = true;
  store.watch(['historyVersion'], ({ historyVersion }) => {
    if (historyVersion === 0 || timer !== undefined) return;
    timer = setTimeout(chart ? redraw : () => void rebuild().catch(engine.report), REDRAW_MS);
  });
  store.watch(['lang', 'theme'], () => void rebuild().catch(engine.report));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => void rebuild().catch(engine.report), { signal: store.signal });
  // It listens to the window.
  store.signal.addEventListener('abort', () => chart?.destroy());
  new ResizeObserver(() => chart?.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
}
