// One side of the comparison: its name, its map, its sheet of samples, its numbers.

import { h, translate } from '../../dom.js';
import { drawMap } from '../../map/painter.js';
import { makeGlyphs } from '../../map/glyphs.js';
import { readTheme } from '../../map/palette.js';
import { makeScale } from '../../map/scale.js';
import { showSheet } from '../shared/picture.js';

/** Height of the numerals in CSS pixels. */
const NUMERAL = 8;
const COLUMNS = 6;

const nats = (/** @type {number} */ value) => value.toFixed(1).replace('-', '−');

/** @param {'A' | 'B'} letter */
export function side(letter) {
  const name = h('span');
  const numbers = h('span', { class: 'caption', 'data-testid': `compare-${letter}-numbers` });
  const map = h('canvas', { class: 'compare-map', role: 'img', 'data-testid': `compare-${letter}-map`, label: 'compare.map' });
  const sheet = h('canvas', { class: 'tile pixels compare-sheet', role: 'img', 'data-testid': `compare-${letter}-sheet`, label: 'compare.sheet' });
  const element = h(
    'section', { class: `panel compare-side side-${letter}` },
    h('h3', {}, h('b', { class: 'compare-letter' }, letter), ' ', name), numbers,
    h('div', { class: 'compare-pictures' }, h('div', { class: 'compare-map-box' }, map, h('p', { class: 'compare-empty', text: 'compare.empty.map' })), sheet),
  );
  element.classList.add('waiting');
  return {
    element,
    /** @param {string} words */
    call(words) {
      name.textContent = words;
    },

    /** Nothing has been trained, or it was given up. */
    wait() {
      element.classList.add('waiting');
      numbers.textContent = '';
      sheet.getContext('2d')?.clearRect(0, 0, sheet.width, sheet.height);
    },

    /**
     * @param {import('../../i18n/languages.js').Lang} lang
     * @param {import('../../engine/contestant.js').Contestant} contestant
     * @param {Float32Array} points n×2
     * @param {Uint8Array} labels n
     * @param {import('../../map/scale.js').View} view both sides' own
     */
    show(lang, contestant, points, labels, view) {
      const { losses, step, look } = contestant;
      element.classList.remove('waiting');
      numbers.textContent = losses
        ? translate(lang, 'compare.numbers', { step, elbo: nats(-losses.recon - losses.kl), recon: nats(losses.recon), kl: nats(losses.kl) })
        : '';
      numbers.dataset.value = losses ? String(losses.recon + losses.kl) : '';
      numbers.dataset.step = String(step);
      if (look) showSheet(sheet, look.samples, COLUMNS);
      const { clientWidth: width, clientHeight: height } = map;
      if (width < 1 || height < 1) return;
      const theme = readTheme(map);
      const ratio = devicePixelRatio;
      drawMap(map, {
        scale: makeScale({ width, height }, view, 'even'), theme, manifold: null,
        digits: points.length > 0 ? { points, labels: labels.subarray(0, points.length / 2), hidden: [] } : null,
        glyphs: makeGlyphs(theme, NUMERAL * ratio), flat: contestant.latent === 1, posterior: null, trail: null, z: null,
      }, ratio);
      map.dataset.half = String(view.half);
    },
  };
}
