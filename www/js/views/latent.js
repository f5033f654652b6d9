// The code, one row a dimension: μ and σ as bars, z as a slider over the spread the encoder believes in.

import { h, translate } from '../dom.js';

/** Sliders and bars reach this far; N(0, 1) is all but never beyond. */
const REACH = 4;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const head = h(
    'div', { class: 'latent-head' },
    h('span'),
    h('span', {}, h('i', { class: 'var mu' }, 'μ'), h('small', { text: 'latent.mu' })),
    h('span', {}, h('i', { class: 'var sigma' }, 'σ'), h('small', { text: 'latent.sigma' })),
    h('span', {}, h('i', { class: 'var z' }, 'z'), h('small', { text: 'latent.z' })),
  );
  const rows = h('div', { class: 'latent-rows', 'data-testid': 'mu' });
  const sliders = h('div', { class: 'latent-sliders', 'data-testid': 'latent-sliders' });
  const toMean = h('button', { type: 'button', class: 'quiet', text: 'latent.toMean', title: 'latent.toMean.title' });
  const sample = h('button', { type: 'button', class: 'quiet', text: 'latent.sample', title: 'latent.sample.title' });
  toMean.addEventListener('click', () => engine.latentToMean());
  sample.addEventListener('click', () => engine.sampleLatent());
  element.append(
    head,
    h('div', { class: 'latent-body' }, rows, sliders),
    h('div', { class: 'row' }, toMean, sample, h('span', { class: 'caption', text: 'latent.caption' })),
  );

  /** @type {ReturnType<typeof makeRow>[]} */
  let parts = [];

  store.watch(['spec'], ({ spec }) => {
    const count = spec?.latent ?? 0;
    if (count === parts.length) return;
    parts = Array.from({ length: count }, (_, index) => makeRow(index, (value) => engine.setLatent(index, value)));
    element.style.setProperty('--rows', String(Math.max(count, 1)));
    rows.replaceChildren(...parts.map(({ row }) => row));
    sliders.replaceChildren(...parts.map(({ cell }) => cell));
  });

  store.watch(['mu', 'sigma', 'z', 'spec', 'lang'], ({ mu, sigma, z, lang }) => {
    parts.forEach((part, j) => {
      const known = mu !== null && sigma !== null && mu.length === parts.length;
      part.show(known ? mu[j] : null, known ? sigma[j] : null, z?.length === parts.length ? z[j] : null, lang);
    });
  });

  store.watch(['mu', 'zSource'], ({ mu, zSource }) => {
    toMean.disabled = !mu || zSource === 'mu';
    sample.disabled = !mu;
    toMean.classList.toggle('on', mu !== null && zSource === 'mu');
    sample.classList.toggle('on', zSource === 'sample');
  });
}

/**
 * @param {number} index
 * @param {(value: number) => void} moved
 */
function makeRow(index, moved) {
  const mean = h('span', { class: 'bar mu' });
  const spread = h('span', { class: 'bar sigma' });
  const row = h(
    'div', { class: 'latent-row', role: 'img' },
    h('span', { class: 'index' }, String(index + 1)),
    h('span', { class: 'track signed' }, mean),
    h('span', { class: 'track' }, spread),
  );
  const slider = h('input', { type: 'range', min: -REACH, max: REACH, step: 0.01, value: 0 });
  slider.addEventListener('input', () => moved(slider.valueAsNumber));
  const cell = h('div', { class: 'slider-cell' }, h('span', { class: 'belief' }), slider);
  return {
    row,
    cell,
    /**
     * @param {number | null} mu
     * @param {number | null} sigma
     * @param {number | null} z
     * @param {'en' | 'zh'} lang
     */
    show(mu, sigma, z, lang) {
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
      cell.style.setProperty('--from', String(50 + (50 * ((mu ?? 0) - (sigma ?? 0))) / REACH));
      cell.style.setProperty('--length', String((100 * (sigma ?? 0)) / REACH));
      slider.disabled = z === null;
      if (z !== null) slider.value = String(z);
      slider.setAttribute('aria-label', translate(lang, 'latent.slider', { index: index + 1 }));
      slider.setAttribute('aria-valuetext', z === null ? '–' : z.toFixed(2));
      slider.dataset.value = z === null ? '' : String(z);
    },
  };
}
