// What the encoder says of the drawing, one row a dimension: μ and σ as bars.

import { h, translate } from '../dom.js';

/** Bars reach this far; N(0, 1) is all but never beyond. */
const REACH = 4;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  element.dataset.testid = 'mu';
  /** @type {ReturnType<typeof makeRow>[]} */
  let rows = [];
  store.watch(['spec'], ({ spec }) => {
    const count = spec?.latent ?? 0;
    if (count === rows.length) return;
    rows = Array.from({ length: count }, (_, index) => makeRow(index));
    element.replaceChildren(...rows.map(({ row }) => row));
  });
  store.watch(['mu', 'sigma', 'spec', 'lang'], ({ mu, sigma, lang }) => {
    const known = mu?.length === rows.length && sigma !== null;
    rows.forEach(({ show }, j) => show(known ? mu[j] : null, known ? sigma[j] : null, lang));
  });
}

/** @param {number} index */
function makeRow(index) {
  const mean = h('span', { class: 'bar mu' });
  const spread = h('span', { class: 'bar sigma' });
  const row = h(
    'div', { class: 'latent-row', role: 'img' },
    h('span', { class: 'index' }, String(index + 1)),
    h('span', { class: 'track signed' }, mean),
    h('span', { class: 'track' }, spread),
  );
  return {
    row,
    /**
     * @param {number | null} mu
     * @param {number | null} sigma
     * @param {'en' | 'zh'} lang
     */
    show(mu, sigma, lang) {
      row.dataset.value = mu === null ? '' : String(mu);
      row.dataset.sigma = sigma === null ? '' : String(sigma);
      row.setAttribute('aria-label', translate(lang, 'latent.row', {
        index: index + 1, mu: mu?.toFixed(2) ?? '–', sigma: sigma?.toFixed(2) ?? '–',
      }));
      const share = Math.max(-1, Math.min(1, (mu ?? 0) / REACH));
      mean.style.setProperty('--from', String(50 + Math.min(0, share) * 50));
      mean.style.setProperty('--length', String(Math.abs(share) * 50));
      // σ = 1, the prior's, fills two thirds: what the encoder has no opinion on is long, what it knows is short.
      spread.style.setProperty('--from', '0');
      spread.style.setProperty('--length', String(Math.min(1, (sigma ?? 0) / 1.5) * 100));
    },
  };
}
