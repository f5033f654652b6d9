// The terms of the drawing's ELBO, and how usual it is among real digits.

import { h, showNumber, svg, translate } from '../dom.js';
import { bitsPerDimension, histogram, rankOf } from '../quality.js';

const BINS = 32;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const numbers = /** @type {const} */ ([
    { id: 'digit-recon', name: 'quality.recon', color: 'xhat', digits: 1 },
    { id: 'digit-kl', name: 'quality.kl', color: 'z', digits: 1 },
    { id: 'digit-elbo', name: 'quality.elbo', color: 'elbo', digits: 1 },
    { id: 'digit-bpd', name: 'quality.bpd', color: 'elbo', digits: 3 },
  ]);
  const cells = numbers.map(({ id }) => h('dd', { 'data-testid': id }));
  const list = h('dl', { class: 'quality', title: 'quality.unit' }, ...numbers.map(({ name, color }, i) => h('div', {}, h('dt', { class: color, text: name, title: /** @type {const} */ (`${name}.title`) }), cells[i])));

  const words = h('p', { class: 'caption usual-words', 'aria-live': 'polite' });
  const bars = svg('path', { class: 'usual-bars' });
  const below = svg('path', { class: 'usual-below' });
  const marker = svg('path', { class: 'usual-marker' });
  const plot = svg('svg', { class: 'usual-plot', viewBox: '0 0 100 24', preserveAspectRatio: 'none', role: 'img' }, bars, below, marker);
  const usual = h('div', { class: 'usual', 'data-testid': 'usual', title: 'usual.title' }, words, plot);
  element.append(list, usual);

  store.watch(['terms', 'spec'], ({ terms, spec }) => {
    const elbo = terms && -terms.recon - terms.kl;
    const pixels = spec ? spec.input.channels * spec.input.height * spec.input.width : 784;
    const values = [terms?.recon ?? null, terms?.kl ?? null, elbo, elbo === null ? null : bitsPerDimension(elbo, pixels)];
    values.forEach((value, i) => showNumber(cells[i], value, (shown) => shown.toFixed(numbers[i].digits).replace('-', '−')));
  });

  store.watch(['terms', 'usual', 'lang'], ({ terms, usual: sorted, lang }) => {
    const elbo = terms && -terms.recon - terms.kl;
    plot.toggleAttribute('hidden', !sorted);
    usual.dataset.value = '';
    if (!sorted) return void (words.textContent = translate(lang, 'usual.none'));
    const { from, to, counts } = histogram(sorted, BINS);
    const most = Math.max(...counts);
    const place = elbo === null ? 0 : Math.min(1, Math.max(0, (elbo - from) / (to - from || 1)));
    // sqrt, so that the first bin, which holds all that lies further out, does not flatten the others.
    const column = (/** @type {number} */ count, /** @type {number} */ i) => `M${(100 * i) / BINS} 24v${-22 * Math.sqrt(count / most)}h${80 / BINS}V24z`;
    const split = elbo === null ? 0 : Math.ceil(place * BINS);
    below.setAttribute('d', counts.slice(0, split).map(column).join(''));
    bars.setAttribute('d', counts.map(column).slice(split).join(''));
    marker.setAttribute('d', elbo === null ? '' : `M${100 * place} 0V24`);
    if (elbo === null) {
      words.textContent = translate(lang, 'usual.draw');
    } else {
      const rank = rankOf(sorted, elbo);
      usual.dataset.value = String(rank);
      const percent = Math.round(100 * rank);
      words.textContent = translate(lang, percent < 1 ? 'usual.rare' : percent > 99 ? 'usual.most' : 'usual.words', { percent });
    }
    plot.setAttribute('aria-label', words.textContent ?? '');
  });
}
