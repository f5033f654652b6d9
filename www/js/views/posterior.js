// What the encoder says of the drawing, one row a dimension: μ and σ as bars under the bell that they make, on the bell of
// the prior, and what the difference costs in nats.

import { h, showNumber, svg, translate } from '../dom.js';
import { klOfPosterior } from '../map/order.js';

/** Bars reach this far; N(0, 1) is all but never beyond. */
const REACH = 4;

/** Up to so many dimensions have room for large bells. */
const FEW = 4;

/** Height of the prior's bell in shares of the row; a narrower one is higher, until it fills the row. */
const PRIOR = 0.45;

/** Nats that fill a row's bar at least: where all dimensions are idle, none looks busy. */
const LEAST_SCALE = 0.5;

/** The bell of N(0, 1) with its top at 0 and its foot at 1. */
const BELL = Array.from({ length: 57 }, (_, i) => -3.5 + i / 8).map((t, i) => `${i === 0 ? 'M' : 'L'}${t} ${(1 - Math.exp((-t * t) / 2)).toFixed(4)}`).join('');

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const total = h('span', { 'data-testid': 'kl-sum' });
  const rowsBox = h('div', { class: 'posterior-rows', 'data-testid': 'mu', tabindex: 0, role: 'group', label: 'posterior.label' });
  element.append(
    h('div', { class: 'posterior-head caption' },
      h('span', { class: 'q-mark', title: 'posterior.q' }, h('i', {}, 'q'), '(', h('i', {}, 'z'), '|', h('i', {}, 'x'), ')'),
      h('span', { class: 'p-mark', title: 'posterior.p' }, h('i', {}, 'p'), '(', h('i', {}, 'z'), ')'),
      h('span', { class: 'kl-head', title: 'posterior.kl' }, 'KL ', total)),
    rowsBox,
  );
  /** @type {ReturnType<typeof makeRow>[]} */
  let rows = [];
  store.watch(['spec'], ({ spec }) => {
    const count = spec?.latent ?? 0;
    if (count === rows.length) return;
    rows = Array.from({ length: count }, (_, index) => makeRow(index));
    rowsBox.replaceChildren(...rows.map(({ row }) => row));
    rowsBox.classList.toggle('few', count <= FEW);
  });
  store.watch(['mu', 'sigma', 'spec', 'lang'], ({ mu, sigma, lang }) => {
    const known = mu !== null && mu.length === rows.length && sigma !== null;
    const costs = known ? klOfPosterior(mu, sigma) : null;
    const most = costs ? Math.max(...costs, LEAST_SCALE) : LEAST_SCALE;
    rows.forEach(({ show }, j) => show(costs && known ? { mu: mu[j], sigma: sigma[j], kl: costs[j], most } : null, lang));
    showNumber(total, costs ? costs.reduce((sum, one) => sum + one, 0) : null, (value) => value.toFixed(1));
  });
}

/** @param {number} index */
function makeRow(index) {
  const bell = svg('path', { class: 'bell', d: BELL });
  const prior = svg('path', { class: 'prior', d: BELL, transform: `translate(0 ${1 - PRIOR}) scale(1 ${PRIOR})` });
  const bells = svg('svg', { class: 'bells', viewBox: `${-REACH} 0 ${2 * REACH} 1`, preserveAspectRatio: 'none' }, prior, bell);
  const mean = h('span', { class: 'bar mu' });
  const spread = h('span', { class: 'bar sigma' });
  const cost = h('span', { class: 'kl-cost' });
  const moments = [h('span', { class: 'mu' }), h('span', { class: 'sigma' })];
  const row = h(
    'div', { class: 'latent-row', role: 'img' },
    h('span', { class: 'index' }, String(index + 1)),
    h('span', { class: 'belief-plot' }, bells, spread, mean, h('span', { class: 'moments' }, ...moments)),
    cost,
  );
  return {
    row,
    /**
     * @param {{ mu: number, sigma: number, kl: number, most: number } | null} found
     * @param {import('../i18n/languages.js').Lang} lang
     */
    show(found, lang) {
      row.classList.toggle('unknown', !found);
      row.classList.toggle('leftward', (found?.mu ?? 0) < 0);
      row.dataset.value = found ? String(found.mu) : '';
      row.dataset.sigma = found ? String(found.sigma) : '';
      const words = (/** @type {number | undefined} */ value) => value?.toFixed(2) ?? '–';
      const label = translate(lang, 'latent.row', { index: index + 1, mu: words(found?.mu), sigma: words(found?.sigma), kl: words(found?.kl) });
      row.setAttribute('aria-label', label);
      row.title = label;
      showNumber(cost, found?.kl ?? null, (value) => value.toFixed(2));
      cost.style.setProperty('--share', String(found ? found.kl / found.most : 0));
      moments[0].textContent = found ? `μ ${words(found.mu)}`.replace('-', '−') : '';
      moments[1].textContent = found ? `σ ${words(found.sigma)}` : '';
      if (!found) return;
      const { mu, sigma } = found;
      const height = Math.min(1, PRIOR / sigma);
      // Weights that have just diverged give infinities, which no transform takes.
      const finite = Number.isFinite(mu) && Number.isFinite(sigma);
      bell.setAttribute('transform', finite ? `translate(${mu} ${1 - height}) scale(${sigma} ${height})` : 'scale(0)');
      place(mean, 0, mu);
      place(spread, mu - sigma, mu + sigma);
    },
  };
}

/**
 * @param {HTMLElement} bar
 * @param {number} a
 * @param {number} b
 */
function place(bar, a, b) {
  const at = (/** @type {number} */ value) => (50 * (Math.max(-REACH, Math.min(REACH, value)) + REACH)) / REACH;
  bar.style.setProperty('--from', String(Math.min(at(a), at(b))));
  bar.style.setProperty('--length', String(Math.abs(at(b) - at(a))));
}
