// The lab that compares: two runs from one seed that differ in one setting, side by side.

import { h, translate } from '../../dom.js';
import { fitted } from '../../map/scale.js';
import { CHOICES } from '../../recipe.js';
import { kept, take, tell } from '../shared/kept.js';
import { loadStyles } from '../shared/style.js';
import { TERMS, chart, together } from './chart.js';
import { side } from './side.js';
import { DIFFERENCES, allowed, termsOf } from './terms.js';
import './words.js';

/** @typedef {import('./terms.js').Difference} Difference */

const mb = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** @type {import('../../views/tabs.js').Mount} */
export const mount = async (element, store, engine) => {
  await loadStyles(element, ['labs.css', 'compare.css']);
  element.classList.add('sized', 'compare');
  const { contest } = engine;

  const choice = h('select', { id: 'compare-key', 'data-testid': 'compare-key' }, ...Object.keys(DIFFERENCES).map((key) => h('option', { value: key, text: `compare.key.${/** @type {Difference} */ (key)}` })));
  const key = () => /** @type {Difference} */ (choice.value);
  const usual = choice.value;
  choice.addEventListener('input', () => {
    // Values of another difference mean nothing here. A link that was followed says key and values at once.
    const { 'compare-key': before = usual, 'compare-A': _, 'compare-B': __, ...labs } = store.state.labs;
    // In one change: the choice would follow a link that still says the other.
    if (before !== key()) store.set({ labs: key() === usual ? labs : { ...labs, 'compare-key': key() } });
  });
  const values = h('div', { class: 'compare-values' });
  const start = h('button', { type: 'button', class: 'run train', 'data-testid': 'compare-start', text: 'compare.start' });
  const hold = h('button', { type: 'button', class: 'run', 'data-testid': 'compare-pause', text: 'train.pause' });
  const close = h('button', { type: 'button', class: 'quiet', 'data-testid': 'compare-close', text: 'compare.close', title: 'compare.close.title' });
  const status = h('p', { class: 'caption', role: 'status' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const term = h('select', { label: 'compare.term', 'data-testid': 'compare-term' }, ...TERMS.map((name) => h('option', { value: name, text: `chart.${name}` })));
  const readout = h('span', { class: 'caption' });
  const [a, b] = [side('A'), side('B')];
  const curves = chart(() => read());
  element.append(
    h(
      'section', { class: 'panel compare-settings' },
      h('div', { class: 'field' }, h('label', { for: 'compare-key', text: 'compare.differ' }), h('div', { class: 'control' }, choice)),
      values, wrong, h('div', { class: 'row' }, start, hold, close), status, h('p', { class: 'caption', text: 'compare.words' }),
    ),
    a.element, b.element,
    h('section', { class: 'panel compare-curves' }, h('div', { class: 'lab-head' }, term, h('span', { class: 'compare-key-lines' }, h('i', { class: 'line-A' }), ' A ', h('i', { class: 'line-B' }), ' B'), readout), curves.element),
  );

  /** @type {(HTMLInputElement | HTMLSelectElement)[]} */
  let fields = [];
  const fill = () => {
    const { labs } = store.state;
    const options = DIFFERENCES[key()].number ? null : CHOICES[/** @type {'objective' | 'optimizer' | 'binarize'} */ (key())];
    fields = (/** @type {const} */ (['A', 'B'])).map((letter, i) => {
      const id = `compare-${letter}`;
      const value = DIFFERENCES[key()].values[i];
      const control = options
        ? h('select', { id, 'data-testid': id }, ...options.map((one) => h('option', { value: one }, one)))
        : h('input', { type: 'number', step: 'any', min: 0, id, 'data-testid': id });
      control.value = value;
      if (labs[id] === undefined || !allowed(key(), labs[id]) || !take(control, labs[id])) tell(store, id, null);
      control.addEventListener('input', () => {
        if (allowed(key(), control.value)) tell(store, id, control.value === value ? null : control.value);
        check();
      });
      return control;
    });
    values.replaceChildren(...fields.map((control, i) => h('div', { class: 'field' }, h('label', { for: control.id }, 'AB'[i]), h('div', { class: 'control' }, control))));
    check();
  };
  const good = () => fields.every(({ value }) => allowed(key(), value));
  const check = () => {
    for (const control of fields) control.setAttribute('aria-invalid', String(!allowed(key(), control.value)));
    wrong.textContent = good() ? '' : translate(store.state.lang, 'compare.invalid');
    show();
  };
  choice.addEventListener('change', fill);

  /** What the sides were started with. @type {{ key: Difference, values: string[] } | null} */
  let begun = null;
  start.addEventListener('click', async () => {
    if (!good()) return;
    // Three trainings at once would share the processor.
    await engine.pause();
    const { state } = store;
    begun = { key: key(), values: fields.map(({ value }) => value) };
    const [one, other] = begun.values.map((value) => termsOf(state, key(), value));
    await contest.start([one, other], state.digits, (loaded, total) => {
      status.textContent = translate(store.state.lang, total === null ? 'data.fetchingUnknown' : 'data.fetching', { loaded: mb(loaded), total: mb(total ?? 0) });
    });
  });
  hold.addEventListener('click', () => void (contest.phase === 'paused' ? contest.resume() : contest.pause()));
  close.addEventListener('click', () => {
    contest.close();
    begun = null;
    start.focus();
  });
  term.addEventListener('change', () => show());

  const read = () => {
    const under = curves.under;
    const told = (/** @type {number | null} */ value) => value?.toFixed(1) ?? '–';
    readout.textContent = under ? translate(store.state.lang, 'compare.at', { step: under[0] ?? 0, a: told(under[1]), b: told(under[2]) }) : '';
  };

  const show = () => {
    const { lang, digits } = store.state;
    const { phase, sides } = contest;
    start.disabled = phase === 'loading' || !good();
    hold.disabled = phase !== 'running' && phase !== 'paused';
    hold.textContent = translate(lang, phase === 'paused' ? 'train.resume' : 'train.pause');
    close.hidden = sides === null;
    element.dataset.phase = phase;
    if (phase !== 'loading') status.textContent = translate(lang, `compare.${phase}`);
    const named = begun ?? { key: key(), values: fields.map(({ value }) => value) };
    [a, b].forEach((one, i) => one.call(`${translate(lang, `compare.key.${named.key}`)} ${named.values[i] ?? ''}`));
    const points = contest.points();
    const views = points.map((of) => fitted(of));
    const view = views.length === 2 && views[1].half > views[0].half ? views[1] : (views[0] ?? fitted(null));
    curves.element.classList.toggle('waiting', sides === null);
    if (!sides) for (const one of [a, b]) one.wait();
    else if (digits) [a, b].forEach((one, i) => one.show(lang, sides[i], points[i], digits.labels, view));
    curves.show(together((sides ?? []).map(({ history }) => history), /** @type {import('./chart.js').Term} */ (term.value)));
  };
  contest.onChange(show);
  kept(store, choice);
  if (fields.length === 0) fill();
  store.watch(['lang', 'theme'], () => void curves.rebuild().then(show).catch(engine.report));
  // Out of sight, two trainings would only take the processor from the page's own.
  store.watch(['tab', 'run'], ({ tab, run }) => {
    if (tab !== 'compare' || run === 'running') void contest.pause();
  });
  store.signal.addEventListener('abort', () => {
    void contest.pause();
    curves.end();
  });
  new ResizeObserver(show).observe(element);
};
