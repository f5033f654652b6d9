// The scrubber under the map: how it formed, step by step, also while it goes on forming.

import { h, translate } from '../dom.js';

/** The whole replay takes so long, however many snapshots it has, unless they would pass too quickly to be seen. */
const FILM_MS = 7000;
const LEAST_MS = 90;
/** With reduced motion each snapshot stands still for so long. */
const STILL_MS = 500;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const play = h('button', { type: 'button', class: 'replay-play', 'data-testid': 'replay-play', label: 'replay.play' }, '▶');
  const scrubber = h('input', { type: 'range', class: 'replay-range', 'data-testid': 'replay', min: 0, max: 1, step: 'any', label: 'replay.label' });
  const at = h('span', { class: 'replay-step', 'data-testid': 'replay-step' });
  const live = h('button', { type: 'button', class: 'quiet replay-live', 'data-testid': 'replay-live', text: 'replay.live', title: 'replay.live.title' });
  const empty = h('p', { class: 'caption', text: 'replay.empty' });
  element.append(play, scrubber, at, live, empty);
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  let playing = false;
  let last = 0;

  const stop = () => {
    playing = false;
    play.textContent = '▶';
    play.dataset.label = 'replay.play';
    play.setAttribute('aria-label', translate(store.state.lang, 'replay.play'));
  };

  /** @param {number} now */
  const advance = (now) => {
    const { replay, snapshots } = store.state;
    if (!playing) return;
    if (replay === null) return stop();
    const each = still.matches ? STILL_MS : Math.max(LEAST_MS, FILM_MS / snapshots.length);
    const passed = (now - last) / each;
    if (still.matches && passed < 1) return void requestAnimationFrame(advance);
    last = now;
    const next = still.matches ? Math.floor(replay) + 1 : replay + passed;
    if (next > snapshots.length - 1) {
      stop();
      store.set({ replay: null });
      return;
    }
    store.set({ replay: next });
    requestAnimationFrame(advance);
  };

  play.addEventListener('click', () => {
    if (playing) return stop();
    playing = true;
    play.textContent = '❚❚';
    play.dataset.label = 'replay.pause';
    play.setAttribute('aria-label', translate(store.state.lang, 'replay.pause'));
    last = performance.now();
    const { replay, snapshots } = store.state;
    store.set({ replay: replay === null || replay >= snapshots.length - 1 ? 0 : replay });
    requestAnimationFrame(advance);
  });
  scrubber.addEventListener('input', () => {
    stop();
    store.set({ replay: scrubber.valueAsNumber });
  });
  // A range of any step has arrow keys that go a hundredth; here they go from one snapshot to the next.
  scrubber.addEventListener('keydown', (event) => {
    const { replay, snapshots } = store.state;
    const end = snapshots.length - 1;
    const now = replay ?? end;
    const to = {
      ArrowRight: Math.floor(now) + 1, ArrowUp: Math.floor(now) + 1, ArrowLeft: Math.ceil(now) - 1, ArrowDown: Math.ceil(now) - 1,
      PageUp: now + 10, PageDown: now - 10, Home: 0, End: end,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    stop();
    store.set({ replay: Math.max(0, Math.min(end, to)) });
  });
  live.addEventListener('click', () => {
    stop();
    store.set({ replay: null });
    play.focus();
  });

  store.watch(['replay', 'snapshots', 'step', 'lang'], ({ replay, snapshots, step, lang }) => {
    const any = snapshots.length > 1;
    for (const part of [play, scrubber, at]) part.hidden = !any;
    empty.hidden = any;
    live.hidden = !any || replay === null;
    if (!any) return;
    scrubber.max = String(snapshots.length - 1);
    scrubber.value = String(replay ?? snapshots.length - 1);
    const shown = replay === null ? step : snapshots[Math.min(snapshots.length - 1, Math.round(replay))].step;
    const words = translate(lang, 'replay.step', { step: shown.toLocaleString(lang) });
    at.textContent = words;
    at.dataset.value = String(shown);
    scrubber.setAttribute('aria-valuetext', words);
  });
}
