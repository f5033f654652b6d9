// One dimension of the code: its slider over the spread that the encoder believes in.

import { h, translate } from '../dom.js';
import { IDLE_NATS } from './order.js';
import { REACH, STOPS } from './traversal.js';

const SIDE = 28;

/** A canvas for one strip. @param {string} testid */
export function stripCanvas(testid) {
  return h('canvas', { class: 'tile strip', 'data-testid': testid, width: STOPS * SIDE, height: SIDE, 'aria-hidden': 'true' });
}

/** @typedef {ReturnType<typeof makeSliderRow>} SliderRow */

/**
 * @param {number} index of the dimension
 * @param {boolean} roomy with a strip of its own
 * @param {(value: number) => void} moved
 */
export function makeSliderRow(index, roomy, moved) {
  const slider = h('input', { type: 'range', min: -REACH, max: REACH, step: 0.01, value: 0, 'data-dimension': index });
  slider.addEventListener('input', () => moved(slider.valueAsNumber));
  const name = h('span', { class: 'slider-name', 'aria-hidden': 'true' });
  const cell = h('div', { class: 'slider-cell' }, h('span', { class: 'belief' }), slider);
  const strip = roomy ? stripCanvas('traversal') : null;
  const row = h('div', { class: 'slider-row' }, name, cell, ...(strip ? [strip] : []));
  let shown = '';
  /** What is to be shown once the row comes into sight. @type {Parameters<typeof show> | null} */
  let waiting = null;
  let seen = true;

  /**
   * @param {number} mu
   * @param {number} sigma
   * @param {number | null} z
   * @param {number | null} kl mean over the test digits in nats
   * @param {number} reach of the slider
   * @param {import('../i18n/languages.js').Lang} lang
   */
  const show = (mu, sigma, z, kl, reach, lang) => {
    // Many rows are told of every movement; most of them stay as they are.
    const now = `${mu} ${sigma} ${z} ${kl} ${reach} ${lang}`;
    if (now === shown) return;
    shown = now;
    cell.style.setProperty('--from', String(50 + (50 * (mu - sigma)) / reach));
    cell.style.setProperty('--length', String((100 * sigma) / reach));
    slider.max = String(reach);
    slider.min = String(-reach);
    slider.disabled = z === null;
    if (z !== null) slider.value = String(z);
    const words = translate(lang, 'latent.slider', { index: index + 1 });
    name.textContent = words;
    slider.setAttribute('aria-label', words);
    slider.setAttribute('aria-valuetext', z === null ? '–' : z.toFixed(2));
    slider.dataset.value = z === null ? '' : String(z);
    row.classList.toggle('idle', kl !== null && kl < IDLE_NATS);
    row.title = kl === null ? words : translate(lang, 'latent.carries', { index: index + 1, nats: kl.toFixed(2) });
  };

  return {
    index, row, slider, strip,

    /** @param {Parameters<typeof show>} values as `show` takes them; a row out of sight keeps them for later */
    tell(...values) {
      if (seen) show(...values);
      else waiting = values;
    },

    /** @param {boolean} visible */
    sight(visible) {
      seen = visible;
      if (visible && waiting) show(...waiting);
      waiting = null;
    },
  };
}
