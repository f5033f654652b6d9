// What each dimension of the code says: its divergence from the prior, over the page's test digits, as bars.

import { activeDimensions, barOrder, verdict } from '../charts/use.js';
import { h, translate } from '../dom.js';

/** A training has this many steps to find a use for its dimensions before it is called collapsed. */
const PATIENCE = 150;
/** A bar and the room beside it, in shares of a slot. */
const FILL = 0.72;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const canvas = h('canvas', { class: 'bars', 'data-testid': 'kl-dimensions', role: 'img', tabindex: 0 });
  const value = h('span', { class: 'caption', 'data-testid': 'kl-readout' });
  const sort = h('button', { type: 'button', class: 'quiet small', 'aria-pressed': 'true', text: 'dims.sort', title: 'dims.sort.title', 'data-testid': 'kl-sort' });
  const warning = h('p', { class: 'warning', role: 'status', 'data-testid': 'collapse' });
  element.append(
    h('div', { class: 'dims-head' }, h('span', { class: 'caption', text: 'dims.title' }), sort),
    h('div', { class: 'bars-box' }, canvas), value, warning,
  );
  let sorted = true;
  /** @type {number | null} place of the bar that is read */
  let at = null;
  sort.addEventListener('click', () => {
    sorted = !sorted;
    sort.setAttribute('aria-pressed', String(sorted));
    draw();
  });

  const read = () => {
    const { atlas, lang } = store.state;
    const kl = atlas?.kl ?? new Float64Array();
    const dimension = at === null ? undefined : barOrder(kl, sorted)[at];
    const active = atlas ? activeDimensions(atlas.mu, kl.length).filter(Boolean).length : 0;
    value.textContent = dimension === undefined
      ? translate(lang, 'dims.active', { active, latent: kl.length })
      : translate(lang, 'dims.value', { index: dimension + 1, nats: kl[dimension].toFixed(2) });
    value.dataset.value = String(active);
    canvas.setAttribute('aria-label', translate(lang, 'dims.label', { latent: kl.length, values: barOrder(kl, true).slice(0, 5).map((j) => `z${j + 1} ${kl[j].toFixed(2)}`).join(', ') }));
  };

  const draw = () => {
    const { atlas } = store.state;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!atlas || width === 0) return;
    const ratio = devicePixelRatio;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const style = getComputedStyle(canvas);
    const { kl } = atlas;
    const order = barOrder(kl, sorted);
    const active = activeDimensions(atlas.mu, kl.length);
    const most = Math.max(1, ...kl);
    const slot = width / kl.length;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    order.forEach((j, place) => {
      const tall = Math.max(1, (kl[j] / most) * (height - 2));
      context.fillStyle = style.getPropertyValue(place === at ? '--ink' : active[j] ? '--z' : '--line-strong');
      const wide = slot * FILL;
      context.fillRect(place * slot + (slot - wide) / 2, height - tall, Math.max(1, Math.min(wide, 40)), tall);
    });
    read();
  };

  canvas.addEventListener('pointermove', ({ offsetX }) => {
    const count = store.state.atlas?.kl.length ?? 0;
    at = count > 0 ? Math.min(count - 1, Math.floor((offsetX / canvas.clientWidth) * count)) : null;
    draw();
  });
  canvas.addEventListener('pointerleave', () => {
    at = null;
    draw();
  });
  canvas.addEventListener('keydown', (event) => {
    const count = store.state.atlas?.kl.length ?? 0;
    const to = { ArrowRight: (at ?? -1) + 1, ArrowLeft: (at ?? count) - 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined || count === 0) return;
    event.preventDefault();
    at = Math.max(0, Math.min(count - 1, to));
    draw();
  });
  canvas.addEventListener('blur', () => {
    at = null;
    draw();
  });
  new ResizeObserver(draw).observe(canvas);
  store.watch(['atlas', 'lang', 'theme'], draw);
  store.watch(['atlas', 'lang', 'weights', 'step', 'objective'], ({ atlas, lang, weights, step, objective }) => {
    const early = weights === 'random' || (weights === 'trained' && step < PATIENCE);
    const latent = atlas?.kl.length ?? 0;
    const active = atlas ? activeDimensions(atlas.mu, latent).filter(Boolean).length : 0;
    const unknown = !atlas || atlas.mu.length === 0;
    const found = unknown || early || objective === 'autoencoder' ? 'fine' : verdict(active, latent);
    warning.hidden = found === 'fine';
    warning.dataset.value = found;
    warning.textContent = found === 'fine' ? '' : translate(lang, `dims.${found}`, { active, latent });
  });
}
