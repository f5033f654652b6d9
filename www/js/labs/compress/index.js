// The lab of compression: what a few numbers keep of a digit, and what they cost beside a PNG.

import { h, showNumber } from '../../dom.js';
import { latest } from '../../latest.js';
import { deflatedSize, pcaCodec, vaeCodec } from '../../engine/codecs.js';
import { psnr } from '../../engine/damage.js';
import { digitChoice } from '../shared/digit-choice.js';
import { kept } from '../shared/kept.js';
import { PIXELS, nth, picture, show } from '../shared/picture.js';
import { loadStyles } from '../shared/style.js';
import { attempt, whileOpen } from '../shared/while-open.js';
import { cards } from './cards.js';
import { curves } from './curves.js';

/** The test digits that the components and the order of the numbers are taken from; those behind them are the judges. */
const LEARNT = 800;
const JUDGES = 100;
const MOST = 20;

/** @typedef {import('../../engine/codecs.js').Codec} Codec */
/** Those that are there already.
 * @typedef {{ two?: Codec, twenty?: Codec, components?: Codec }} Codecs */

/** @type {import('../../views/tabs.js').Mount} */
export const mount = async (element, store, engine) => {
  await loadStyles(element, ['labs.css', 'compress.css']);
  const choice = digitChoice(store, { id: 'compress-digit', name: 'compress.digit', initial: 'yours', changed: () => pack(null) });
  const numbers = h('input', { type: 'range', id: 'compress-numbers', 'data-testid': 'compress-numbers', min: 1, max: MOST, step: 1, value: 10 });
  const count = h('output', { for: 'compress-numbers' });
  const original = picture({ label: 'repair.original', 'data-testid': 'compress-original' });
  const png = h('dd', { 'data-testid': 'compress-png' });
  const deflated = h('dd', { 'data-testid': 'compress-deflate' });
  const progress = h('p', { class: 'caption', role: 'status', text: 'compress.loading' });
  const table = cards(store);
  const plot = curves();

  /** @type {Codecs} */
  const codecs = {};
  let opened = false;

  const pack = latest((/** @type {null} */ _) => attempt(engine, async () => {
    showNumber(count, numbers.valueAsNumber, String);
    const pixels = choice.value?.pixels ?? null;
    show(original, pixels);
    showNumber(png, pixels && (await pngSize(original)), String);
    showNumber(deflated, pixels && (await deflatedSize(pixels)), String);
    for (const { codec, numbers: kept, tell } of table.of(codecs, numbers.valueAsNumber)) {
      const found = codec && pixels ? await codec.keep(pixels, kept) : null;
      tell(found && pixels && { pixels: found.pictures, ratio: psnr(found.pictures, pixels), bits: found.bits?.[0] ?? null }, kept);
    }
    plot.mark(numbers.valueAsNumber);
  }));

  /**
   * Each codec is used as soon as it is there, and judged over held-out digits after that.
   * @param {import('../../state/digits.js').Digits} digits
   */
  const open = async ({ images }) => {
    const learnt = images.slice(0, LEARNT * PIXELS);
    const judges = images.slice(LEARNT * PIXELS, (LEARNT + JUDGES) * PIXELS);
    /** @param {keyof Codecs} name @param {Promise<Codec>} coming @param {number} least numbers that it is judged with */
    const add = async (name, coming, least) => {
      const codec = await coming;
      codecs[name] = codec;
      await pack(null);
      for (let kept = least; kept <= codec.size; kept++) {
        const { pictures } = await codec.keep(judges, kept);
        plot.add(name, kept, mean(Array.from({ length: JUDGES }, (_, i) => psnr(nth(pictures, i), nth(judges, i)))));
      }
    };
    await Promise.all([
      add('two', vaeCodec('dense-2', learnt), 2), add('twenty', vaeCodec('dense-20', learnt), 1), add('components', pcaCodec(learnt, MOST), 1),
    ]);
    progress.hidden = true;
  };

  whileOpen({ store, engine }, 'compress', ['digits', 'tab'], async () => {
    const { digits } = store.state;
    if (!digits || opened) return;
    opened = true;
    try {
      await open(digits);
    } catch (thrown) {
      // Fetched again when the digits or the tab come again.
      opened = false;
      throw thrown;
    }
  });
  numbers.addEventListener('input', () => void pack(null));
  showNumber(count, numbers.valueAsNumber, String);
  kept(store, numbers);

  element.classList.add('sized', 'compress');
  element.append(
    h(
      'section', { class: 'panel packed' },
      h(
        'div', { class: 'packed-box' },
        h(
          'div', { class: 'packed-side' }, choice.element,
          h('div', { class: 'whole' }, original, h('dl', {}, h('div', {}, h('dt', { text: 'compress.png' }), png), h('div', {}, h('dt', { text: 'compress.deflate' }), deflated))),
          h('div', { class: 'field' }, h('label', { for: 'compress-numbers' }, h('span', { text: 'compress.numbers' }), count), h('div', { class: 'control' }, numbers)),
          progress,
        ),
        table.element,
      ),
      h('p', { class: 'caption', text: 'compress.text' }),
    ),
    h('section', { class: 'panel' }, h('h2', { text: 'compress.curve.title' }), plot.element, h('p', { class: 'caption', text: 'compress.bitsback' })),
  );
};

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @param {HTMLCanvasElement} canvas 28×28
 * @returns {Promise<number | null>} bytes of the PNG that this browser makes of it
 */
async function pngSize(canvas) {
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve));
  return blob?.size ?? null;
}
