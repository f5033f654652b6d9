// A digit as so many numbers, of an autoencoder and of principal components, side by side.

import { h, showNumber, translate } from '../../dom.js';
import { picture, show } from '../shared/picture.js';

/** Rows and columns: what makes the numbers, and how many they are; `null` is the handle's. */
const CARDS = /** @type {const} */ ([
  { id: 'vae-2', name: 'vae', source: 'two', numbers: 2 },
  { id: 'vae-k', name: 'vaeCut', source: 'twenty', numbers: null },
  { id: 'vae-20', name: 'vae', source: 'twenty', numbers: 20 },
  { id: 'pca-2', name: 'pca', source: 'components', numbers: 2 },
  { id: 'pca-k', name: 'pca', source: 'components', numbers: null },
  { id: 'pca-20', name: 'pca', source: 'components', numbers: 20 },
]);

/** @typedef {{ pixels: Float32Array, ratio: number, bits: number | null }} Kept */

/** @param {import('../../store.js').Store} store */
export function cards(store) {
  const made = CARDS.map((card) => {
    const canvas = picture({ label: `compress.${card.name}.label`, 'data-testid': `${card.id}-picture` });
    const title = h('h3');
    const bytes = h('li', { 'data-testid': `${card.id}-bytes` });
    const bits = h('li', { 'data-testid': `${card.id}-bits` });
    const ratio = h('li', { 'data-testid': `${card.id}-psnr` });
    /** @type {{ kept: Kept | null, numbers: number } | null} */
    let told = null;
    const words = () => {
      const { lang } = store.state;
      title.textContent = translate(lang, `compress.${card.name}`, { count: told?.numbers ?? card.numbers ?? 10 });
      showNumber(bytes, told?.kept ? told.numbers : null, (value) => translate(lang, 'compress.bytes', { value }));
      showNumber(bits, told?.kept?.bits ?? null, (value) => translate(lang, 'compress.bits', { value: value.toFixed(0) }));
      bits.hidden = card.source === 'components';
      showNumber(ratio, told?.kept?.ratio ?? null, (value) => `${value.toFixed(1)} dB`);
    };
    const element = h('article', { class: `card ${card.source}` }, canvas, h('div', {}, title, h('ul', {}, bytes, bits, ratio)));
    store.watch(['lang'], words);
    return {
      card, element,
      /** @param {Kept | null} kept @param {number} numbers */
      tell(kept, numbers) {
        told = { kept, numbers };
        show(canvas, kept?.pixels ?? null);
        words();
      },
    };
  });

  return {
    element: h('div', { class: 'cards' }, ...made.map(({ element }) => element)),
    /**
     * @param {import('./index.js').Codecs} codecs
     * @param {number} numbers the handle's
     */
    of: (codecs, numbers) => made.map(({ card, tell }) => ({ codec: codecs[card.source], numbers: card.numbers ?? numbers, tell })),
  };
}
