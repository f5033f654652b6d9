// The code as sliders, the most telling first, each with what it does to the picture.

import { focused, h, translate } from '../dom.js';
import { latest } from '../latest.js';
import { tonesBetween } from '../map/manifold.js';
import { klOfPosterior, orderByKl } from '../map/order.js';
import { Sheet } from '../map/sheet.js';
import { makeSliderRow, stripCanvas } from '../map/slider-row.js';
import { REACH, STOPS, reachOf, traversal } from '../map/traversal.js';

/** So many dimensions have room for a strip each; of more, one strip shows the one that is pointed at. */
const FEW = 4;
/** While training the order changes this often at most. */
const REORDER_MS = 2000;
const SIDE = 28;
const TONES = tonesBetween([7, 8, 11], [255, 255, 255]);

/** @typedef {import('../map/slider-row.js').SliderRow} SliderRow */

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const sliders = h('div', { class: 'latent-sliders', 'data-testid': 'latent-sliders', role: 'group', label: 'latent.sliders' });
  const toMean = h('button', { type: 'button', class: 'quiet', text: 'latent.toMean', title: 'latent.toMean.title' });
  const sample = h('button', { type: 'button', class: 'quiet', text: 'latent.sample', title: 'latent.sample.title' });
  toMean.addEventListener('click', () => engine.latentToMean());
  sample.addEventListener('click', () => engine.sampleLatent());
  const common = stripCanvas('traversal');
  const caption = h('p', { class: 'caption' });
  const pointed = h('div', { class: 'pointed' }, caption, common);
  element.append(pointed, sliders, h('div', { class: 'row' }, toMean, sample));

  /** By dimension. @type {SliderRow[]} */
  let rows = [];
  // A hundred dimensions move together: those out of sight are not worth their layout.
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) rows.find(({ row }) => row === target)?.sight(isIntersecting);
  }, { root: sliders, rootMargin: '50%' });
  /** @type {number[]} */
  let order = [];
  let active = 0;
  let pressed = false;
  let reordered = 0;
  let reach = REACH;
  /** The codes that the reach was found from. @type {Float32Array | null} */
  let reached = null;
  const sheet = new Sheet();

  const few = () => rows.length <= FEW;

  /** @param {number} index */
  const point = (index) => {
    if (active === index) return;
    rows[active]?.row.classList.remove('active');
    active = index;
    rows[active]?.row.classList.add('active');
    void strips(null);
  };

  const strips = latest(async (/** @type {null} */ _) => {
    const { z, spec, lang } = store.state;
    if (!spec || z?.length !== rows.length) return;
    const dimensions = few() ? rows.map(({ index }) => index) : [active];
    caption.textContent = translate(lang, 'latent.traversal', { index: active + 1 });
    const pictures = await engine.decodeMany(traversal(z, dimensions, reach));
    const { width, height } = spec.input;
    if (!pictures || store.state.spec !== spec || pictures.length !== dimensions.length * STOPS * width * height) return;
    const source = sheet.paint(pictures, { columns: STOPS, width, height }, TONES);
    dimensions.forEach((dimension, n) => {
      const canvas = rows[dimension]?.strip ?? common;
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.drawImage(source, 0, n * height, STOPS * width, height, 0, 0, STOPS * SIDE, SIDE);
    });
  });

  /** Rows never move under a hand, nor away from the keyboard. */
  const arrange = () => {
    const { atlas, mu, sigma, run } = store.state;
    const now = performance.now();
    if (pressed || sliders.contains(focused(sliders))) return;
    if (run === 'running' && now - reordered < REORDER_MS) return;
    const known = atlas?.kl.length === rows.length ? atlas.kl : mu?.length === rows.length && sigma ? klOfPosterior(mu, sigma) : null;
    const wanted = known ? orderByKl(known) : rows.map(({ index }) => index);
    if (wanted.length === order.length && wanted.every((index, i) => index === order[i])) return;
    reordered = now;
    order = wanted;
    sliders.replaceChildren(...order.map((index) => rows[index].row));
    point(order[0] ?? 0);
  };

  sliders.addEventListener('pointerdown', () => void (pressed = true));
  for (const ending of ['pointerup', 'pointercancel']) addEventListener(ending, () => void (pressed = false), { signal: store.signal });

  store.watch(['spec'], ({ spec }) => {
    const count = spec?.latent ?? 0;
    if (count === rows.length) return;
    order = [];
    active = 0;
    sight.disconnect();
    rows = Array.from({ length: count }, (_, index) => {
      const made = makeSliderRow(index, count <= FEW, (value) => engine.setLatent(index, value));
      made.row.addEventListener('pointerenter', () => pressed || point(index));
      made.slider.addEventListener('focus', () => point(index));
      if (count > FEW) sight.observe(made.row);
      return made;
    });
    rows[0]?.row.classList.add('active');
    element.classList.toggle('few', few());
    pointed.hidden = few();
    sliders.replaceChildren(...rows.map(({ row }) => row));
    arrange();
  });

  store.watch(['mu', 'sigma', 'z', 'spec', 'atlas', 'lang'], ({ mu, sigma, z, atlas, lang }) => {
    const known = mu?.length === rows.length && sigma !== null;
    const at = z?.length === rows.length ? z : null;
    const kl = atlas?.kl.length === rows.length ? atlas.kl : null;
    // A slider that changes its range under the hand would run away from it.
    if (atlas && atlas.mu !== reached && !pressed) {
      reached = atlas.mu;
      reach = reachOf(atlas.mu);
    }
    rows.forEach(({ tell }, j) => tell(known ? mu[j] : 0, known ? sigma[j] : 0, at ? at[j] : null, kl ? kl[j] : null, reach, lang));
  });
  store.watch(['atlas', 'mu', 'run'], arrange);
  store.watch(['z', 'spec', 'weightsVersion', 'label', 'lang'], () => void strips(null));

  store.watch(['mu', 'zSource'], ({ mu, zSource }) => {
    toMean.disabled = !mu || zSource === 'mu';
    sample.disabled = !mu;
    toMean.classList.toggle('on', mu !== null && zSource === 'mu');
    sample.classList.toggle('on', zSource === 'sample');
  });
}
