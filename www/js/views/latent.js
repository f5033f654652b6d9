// The code as sliders, each over the spread that the encoder believes in.

import { h, translate } from '../dom.js';

/** Sliders reach this far; N(0, 1) is all but never beyond. */
const REACH = 4;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const sliders = h('div', { class: 'latent-sliders', 'data-testid': 'latent-sliders' });
  const toMean = h('button', { type: 'button', class: 'quiet', text: 'latent.toMean', title: 'latent.toMean.title' });
  const sample = h('button', { type: 'button', class: 'quiet', text: 'latent.sample', title: 'latent.sample.title' });
  toMean.addEventListener('click', () => engine.latentToMean());
  sample.addEventListener('click', () => engine.sampleLatent());
  element.append(sliders, h('div', { class: 'row' }, toMean, sample));

  /** @type {ReturnType<typeof makeSlider>[]} */
  let parts = [];

  store.watch(['spec'], ({ spec }) => {
    const count = spec?.latent ?? 0;
    if (count === parts.length) return;
    parts = Array.from({ length: count }, (_, index) => makeSlider(index, (value) => engine.setLatent(index, value)));
    sliders.replaceChildren(...parts.map(({ cell }) => cell));
  });

  store.watch(['mu', 'sigma', 'z', 'spec', 'lang'], ({ mu, sigma, z, lang }) => {
    const known = mu?.length === parts.length && sigma !== null;
    parts.forEach(({ show }, j) => show(known ? mu[j] : 0, known ? sigma[j] : 0, z?.length === parts.length ? z[j] : null, lang));
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
function makeSlider(index, moved) {
  const slider = h('input', { type: 'range', min: -REACH, max: REACH, step: 0.01, value: 0 });
  slider.addEventListener('input', () => moved(slider.valueAsNumber));
  const cell = h('div', { class: 'slider-cell' }, h('span', { class: 'belief' }), slider);
  return {
    cell,
    /**
     * @param {number} mu
     * @param {number} sigma
     * @param {number | null} z
     * @param {'en' | 'zh'} lang
     */
    show(mu, sigma, z, lang) {
      cell.style.setProperty('--from', String(50 + (50 * (mu - sigma)) / REACH));
      cell.style.setProperty('--length', String((100 * sigma) / REACH));
      slider.disabled = z === null;
      if (z !== null) slider.value = String(z);
      slider.setAttribute('aria-label', translate(lang, 'latent.slider', { index: index + 1 }));
      slider.setAttribute('aria-valuetext', z === null ? '–' : z.toFixed(2));
      slider.dataset.value = z === null ? '' : String(z);
    },
  };
}
