// The original, what was left of it, one pass through the autoencoder and the descent's find, with their PSNR.

import { h, showNumber } from '../../dom.js';
import { psnr } from '../../engine/damage.js';
import { picture, show } from '../shared/picture.js';

const COLUMNS = /** @type {const} */ (['original', 'damaged', 'onePass', 'search']);

/** @typedef {{ problem: import('../../engine/damage.js').Damaged, original: Float32Array, onePass: Float32Array }} Compared */

export function comparison() {
  const columns = Object.fromEntries(COLUMNS.map((name) => {
    const canvas = picture({ label: `repair.${name}`, 'data-testid': `repair-${name}-picture` });
    const ratio = h('span', { class: 'ratio', 'data-testid': `repair-${name}-psnr` });
    return [name, { canvas, ratio, element: h('figure', { class: `compared-${name}` }, canvas, h('figcaption', {}, h('span', { text: `repair.${name}` }), ratio)) }];
  }));
  /** @type {Compared | null} */
  let compared = null;

  /**
   * @param {typeof COLUMNS[number]} name
   * @param {Float32Array | null} pixels
   */
  const fill = (name, pixels) => {
    const { canvas, ratio } = columns[name];
    show(canvas, pixels);
    if (name === 'original') return;
    showNumber(ratio, pixels && compared && psnr(pixels, compared.original), (value) => `${value.toFixed(1)} dB`);
  };

  /**
   * What is known of a picture with a hole need not be imagined.
   * @param {Float32Array} pixels
   */
  const mended = (pixels) => {
    if (!compared?.problem.mask) return pixels;
    const { mask, observed } = compared.problem;
    return pixels.map((value, i) => (mask[i] ? observed[i] : value));
  };

  return {
    element: h('div', { class: 'compared-box' }, ...COLUMNS.map((name) => columns[name].element)),
    /** @param {Compared | null} next */
    begin(next) {
      compared = next;
      fill('original', next?.original ?? null);
      fill('damaged', next?.problem.shown ?? null);
      fill('onePass', next && mended(next.onePass));
      fill('search', null);
    },
    /** @param {Float32Array} pixels the descent's best, 784 */
    restored: (pixels) => fill('search', mended(pixels)),
  };
}
