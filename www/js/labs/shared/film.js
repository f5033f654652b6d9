// Pictures in time: play, pause, and a handle to find one of them.

import { h, translate } from '../../dom.js';
import { PIXELS, nth, picture, show } from './picture.js';

/**
 * @param {import('../../store.js').Store} store
 * @param {object} options
 * @param {string} options.id
 * @param {import('../../dom.js').TextKey} options.label
 * @param {number} options.frameMs how long a frame stays
 */
export function film(store, { id, label, frameMs }) {
  const screen = picture({ class: 'screen', label, 'data-testid': `${id}-film` });
  const play = h('button', { type: 'button', class: 'quiet play', 'data-testid': `${id}-play`, disabled: true });
  const handle = h('input', { type: 'range', min: 0, max: 0, step: 1, value: 0, disabled: true, label, 'data-testid': `${id}-position` });

  /** @type {Float32Array | null} */
  let frames = null;
  let at = 0;
  let direction = 1;
  let playing = false;
  let turned = 0;

  const paint = () => {
    show(screen, frames && nth(frames, at));
    handle.value = String(at);
  };
  const words = () => {
    play.textContent = playing ? '❚❚' : '▶';
    play.setAttribute('aria-label', translate(store.state.lang, playing ? 'labs.pause' : 'labs.play'));
  };
  const count = () => (frames ? frames.length / PIXELS : 0);
  const tick = (/** @type {number} */ now) => {
    if (!playing || !frames || !screen.isConnected) return;
    if (now - turned >= frameMs && screen.offsetParent) {
      turned = now;
      if (at + direction < 0 || at + direction >= count()) direction = -direction;
      at = Math.min(count() - 1, Math.max(0, at + direction));
      paint();
    }
    requestAnimationFrame(tick);
  };
  /** @param {boolean} on */
  const run = (on) => {
    playing = on && count() > 1;
    words();
    if (playing) requestAnimationFrame(tick);
  };

  play.addEventListener('click', () => run(!playing));
  handle.addEventListener('input', () => {
    run(false);
    at = handle.valueAsNumber;
    paint();
  });
  store.watch(['lang'], words);

  return {
    element: h('div', { class: 'film' }, screen, h('div', { class: 'control' }, play, handle)),
    /** The frame on the screen. */
    get at() {
      return at;
    },
    /** @param {number} frame */
    seek(frame) {
      run(false);
      at = Math.min(count() - 1, Math.max(0, frame));
      paint();
    },
    /**
     * Other frames; what plays goes on.
     * @param {Float32Array | null} pictures n×784
     */
    show(pictures) {
      frames = pictures;
      at = Math.max(0, Math.min(count() - 1, at));
      handle.max = String(Math.max(0, count() - 1));
      play.disabled = handle.disabled = count() < 2;
      if (count() < 2) run(false);
      paint();
    },
  };
}
