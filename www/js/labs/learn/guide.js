// Leads over the live page from stop to stop: a ring around the place, a card beside it, something happening there.

import { h } from '../../dom.js';
import { createCard } from './card.js';
import { findPlace, mayBeFound } from './places.js';
import { placeCard } from './placing.js';
import { remember } from './remember.js';
import { createRing } from './ring.js';
import { wait } from './shows.js';

/** @typedef {import('./stops.js').Stop} Stop */
/** @typedef {import('../../dom.js').TextKey} TextKey */
/** @typedef {Readonly<import('../../store.js').State>} State */

/** Narrower than this the card lies at the foot of the screen. */
const NARROW = '(max-width: 43.99rem)';
/** A lab that a stop needs may still be on its way. */
const PATIENCE_MS = 4000;

/**
 * @param {object} guide
 * @param {import('../../store.js').Store} guide.store
 * @param {import('../../engine/engine.js').Engine} guide.engine
 * @param {HTMLElement} guide.element where the card goes
 * @param {readonly Stop[]} guide.stops
 * @param {(state: State) => import('../../dom.js').TextParams} guide.params for the stops' words
 * @param {readonly (keyof import('../../store.js').State)[]} guide.watched keys that the params depend on
 * @param {{ label: TextKey, leave: TextKey }} guide.texts
 * @param {number} [guide.pace] milliseconds at a stop where it goes on by itself; the last is followed by the first
 * @param {boolean} guide.restores whether leaving puts back what was there
 */
export function openGuide({ store, engine, element, stops: all, params, watched, texts, pace, restores }) {
  const stops = all.filter(({ places }) => places.some((place) => mayBeFound(place, store.state.hide)));
  if (stops.length === 0) return void store.set({ guide: null });
  const focused = document.activeElement;
  const putBack = remember(store, engine);
  /** What an offer that was taken up will give back, to be undone by. @type {Promise<() => Promise<void>> | null} */
  let undoing = null;
  let at = 0;
  let playing = pace !== undefined;
  let doing = false;
  let stay = new AbortController();

  const again = button('tour.again', 'guide-again');
  const offer = button('tour.training.do', 'guide-do');
  const play = button('slow.hold', 'guide-play');
  const { card, focus, show } = createCard(
    { label: texts.label, leaveLabel: texts.leave, back: () => void to(at - 1), next: () => void to(at + 1), leave: () => void leave() },
    again, offer, play,
  );
  const ring = createRing('spot', stand);
  element.replaceChildren(card);
  document.body.classList.add('guided');
  document.addEventListener('keydown', onKey, { capture: true });

  again.addEventListener('click', () => void act());
  offer.addEventListener('click', () => void takeOffer());
  play.addEventListener('click', () => {
    playing = !playing;
    say();
    if (playing) void act();
  });
  const unwatch = store.watch(['lang', 'run', ...watched], say);

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    void leave();
  }

  /** @param {import('./placing.js').Box} box of the ring */
  function stand(box) {
    const narrow = matchMedia(NARROW).matches;
    const { left, top } = narrow ? { left: 0, top: 0 }
      : placeCard(box, { width: card.offsetWidth, height: card.offsetHeight }, { width: innerWidth, height: innerHeight });
    card.style.translate = narrow ? '' : `${left}px ${top}px`;
  }

  function say() {
    const { title, words, act: shown, offer: offered } = stops[at];
    const { state } = store;
    const may = offered?.may(state) ?? false;
    play.dataset.text = playing ? 'slow.hold' : 'slow.go';
    show({
      lang: state.lang, at, count: stops.length, title, words, params: params(state), circular: pace !== undefined,
      remark: doing ? offered?.doing : offered && !may && !undoing ? offered.instead : undefined,
    });
    again.hidden = !shown || pace !== undefined;
    offer.hidden = !offered || !may || doing;
    play.hidden = pace === undefined;
    // The card has another size now.
    ring.follow();
  }

  /** Goes to a stop; beyond the last it ends, or begins again where it goes on by itself. @param {number} index */
  async function to(index) {
    if (index >= stops.length && pace === undefined) return leave();
    if (index < 0 && pace === undefined) return;
    await settle();
    at = (index + stops.length) % stops.length;
    const { tab } = stops[at];
    if (tab) store.set({ tab });
    say();
    await lookThere(stay.signal);
    await act();
  }

  /** @param {AbortSignal} signal */
  async function lookThere(signal) {
    const { places } = stops[at];
    let place = null;
    for (const end = performance.now() + PATIENCE_MS; !signal.aborted; await wait(50, signal)) {
      place = places.map(findPlace).find((found) => found !== null) ?? null;
      if (place || performance.now() > end) break;
    }
    if (signal.aborted) return;
    if (place) bringIntoView(place, card);
    ring.surround(place);
  }

  /** What happens at this stop, and where it goes on by itself, the next. */
  async function act() {
    stay.abort();
    stay = new AbortController();
    const { signal } = stay;
    await stops[at].act?.({ store, engine, signal });
    if (pace === undefined) return;
    say();
    await wait(pace, signal);
    if (playing && !signal.aborted) await to(at + 1);
  }

  async function takeOffer() {
    const { offer: offered } = stops[at];
    if (!offered || doing) return;
    stay.abort();
    stay = new AbortController();
    doing = true;
    // All of the page is worth watching now.
    ring.surround(null);
    focus();
    say();
    undoing = offered.act({ store, engine, signal: stay.signal });
    await undoing;
    doing = false;
    say();
  }

  /** Ends what goes on at this stop and takes back what it must not leave behind. */
  async function settle() {
    stay.abort();
    stay = new AbortController();
    if (undoing) await (await undoing)();
    undoing = null;
  }

  async function leave() {
    document.removeEventListener('keydown', onKey, { capture: true });
    unwatch();
    ring.remove();
    element.replaceChildren();
    document.body.classList.remove('guided');
    await settle();
    if (restores) await putBack();
    store.set({ guide: null });
    if (focused instanceof HTMLElement && focused.getClientRects().length > 0) focused.focus();
  }

  focus();
  void to(0);
}

/**
 * @param {TextKey} text
 * @param {string} id
 */
function button(text, id) {
  return h('button', { type: 'button', class: 'quiet', text, 'data-testid': id });
}

/**
 * Scrolls where the place is not wholly on the screen, or under the card at its foot.
 * @param {HTMLElement} place
 * @param {HTMLElement} card
 */
function bringIntoView(place, card) {
  place.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const { top, bottom, height } = place.getBoundingClientRect();
  const narrow = matchMedia(NARROW).matches;
  const room = narrow ? innerHeight - card.offsetHeight : innerHeight;
  if (!narrow && top >= 8 && bottom <= room - 8) return;
  const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  // On a phone at the top, so that as much as can be seen of what follows from it.
  scrollBy({ top: top - (narrow ? 12 : Math.max(12, (room - height) / 2)), behavior: smooth ? 'smooth' : 'instant' });
}
