// One element's inside, while it is on the page: a store, an engine, and the views that its `view` asks for.

import { loadMnist } from '../api/create.js';
import { VaeError, toVaeError } from '../api/errors.js';
import { compose, hideParts } from '../compose.js';
import { h, translateTree } from '../dom.js';
import { coming } from '../engine/coming.js';
import { createEngine } from '../engine/engine.js';
import { knownPosteriors } from '../engine/known-posteriors.js';
import { someDigits } from '../engine/some-digits.js';
import { LANGUAGES } from '../i18n/languages.js';
import { openVae } from '../open-vae.js';
import { presetSettings } from '../recipe.js';
import { adoptStyles, expectStyles } from '../shadow-styles.js';
import { expectShowable } from '../showable.js';
import { OWN_MODEL } from '../state/model.js';
import { createStore, initialState } from '../store.js';
import { mount as firstInk } from '../views/first-ink.js';
import { mount as messages } from '../views/messages.js';
import { isAddress } from './attributes.js';
import { happenings } from './happenings.js';
import { borrow } from './lease.js';
import { nameParts } from './part-names.js';
import { PARTS } from './parts.js';
import { TEMPLATE, build, only } from './template.js';

/** @typedef {import('./attributes.js').ViewName} ViewName */
/** @typedef {import('../store.js').State} State */

/**
 * @typedef {object} Wish
 * @property {string | import('../api/types.js').VaeSpec} model
 * @property {import('../api/types.js').BackendRequest} backend
 * @property {ViewName} view
 * @property {State['lang']} lang
 * @property {State['theme']} theme
 * @property {string | null} mnist the folder of the training set's four files; null for the one beside these modules
 * @property {readonly import('../store.js').Stroke[]} strokes on the pad from the start
 */

/** The page's own guide leads through the whole document; it is not an element's. */
const HIDDEN = Object.freeze(['learn']);

/** More than a scrollbar's width changes the height by, in pixels. */
const SCROLL_MARGIN = 48;

/** @typedef {ReturnType<typeof begin>} Playground */

/**
 * @param {HTMLElement} frame outermost in the shadow root
 * @param {Wish} wish
 * @param {(name: import('./happenings.js').EventName, detail: object) => void} tell
 */
export function begin(frame, wish, tell) {
  const named = typeof wish.model === 'string';
  const store = createStore({
    ...initialState(), lang: wish.lang, theme: wish.theme, requestedBackend: wish.backend, strokes: wish.strokes, hide: HIDDEN,
    preset: typeof wish.model === 'string' ? wish.model : OWN_MODEL, spec: typeof wish.model === 'string' ? null : wish.model,
  });
  const opening = openVae(store, null, borrow);
  const engine = createEngine(coming(opening), store, loadMnist(wish.mnist === null ? {} : { baseUrl: wish.mnist }));
  happenings(store, tell);
  store.watch(['lang'], ({ lang }) => {
    frame.lang = LANGUAGES[lang].tag;
    translateTree(frame, lang);
  });
  store.watch(['theme'], ({ theme }) => void (frame.dataset.theme = theme));

  /** What is seen now. @type {import('../store.js').Store | null} */
  let seen = null;
  /** The test digits on their way; asked for again where they could not be had. @type {ReturnType<typeof someDigits> | null} */
  let digitsComing = null;
  const someMore = () => {
    digitsComing ??= someDigits().catch((thrown) => {
      digitsComing = null;
      throw thrown;
    });
    // Told of when they are asked for.
    digitsComing.catch(() => {});
    return digitsComing;
  };
  let drawn = false;
  let turns = 0;
  let newest = Promise.resolve();

  /** What is seen stays until the other view has come. @param {ViewName} view */
  const show = (view) => {
    const turn = (turns += 1);
    newest = arrange(view, () => turn === turns);
    return newest;
  };

  /** @param {ViewName} view @param {() => boolean} wanted no other has been asked for since */
  const arrange = async (view, wanted) => {
    const { groups, styles, digits } = PARTS[view];
    const root = /** @type {ShadowRoot} */ (frame.getRootNode());
    expectStyles(root.ownerDocument, styles);
    const some = digits && !store.state.digits ? someMore() : null;
    const [parts] = await Promise.all([Promise.all(groups.map((group) => group())), adoptStyles(root, styles)]);
    if (!wanted() || store.signal.aborted) return;
    seen?.end();
    const scope = store.scope();
    seen = scope;
    const names = new Set(parts.flatMap(({ views }) => Object.keys(views)));
    const body = h(
      'div', { class: `body view-${view}`, role: 'group', label: 'element.label' },
      h('p', { class: 'starting', role: 'status', text: 'app.loading' }),
      h('div', { class: 'main' }, ...only(TEMPLATE, names).map(build)),
      h('div', { class: 'messages' }, h('div', { 'data-view': 'messages' })),
    );
    frame.replaceChildren(body);
    scrollWithin(frame, body, scope.signal);
    translateTree(frame, store.state.lang);
    scope.watch(['ready', 'error'], ({ ready, error }) => {
      const starting = body.querySelector('.starting');
      if (ready || error) starting?.remove();
    });
    const again = drawn;
    drawn = true;
    const { looked } = await compose(body, scope, {
      engine, opening, again, digits: some, known: some && knownPosteriors(store.state), early: { messages, sketchpad: firstInk },
      groups: parts.map(({ views }) => views),
    });
    nameParts(body);
    await looked;
  };

  /** The model as it is shown, with the settings of its recipe. */
  const settled = opening.then(({ spec }) => {
    expectShowable(spec, named ? 'invalid-checkpoint' : 'invalid-spec');
    engine.adopt();
    if (named && isAddress(store.state.preset)) store.set({ weights: 'file' });
    store.set(presetSettings(store.state));
  });
  // Told of where it is waited for.
  settled.catch(() => {});

  /** The first view, or the one that was asked for while that was on its way. @param {ViewName} view */
  const first = async (view) => {
    void show(view).catch(() => {});
    for (let one = null; one !== newest;) {
      one = newest;
      await one;
    }
    await settled;
    store.set({ ready: true });
    return opening;
  };

  const isEmpty = () => frame.querySelector('.body') === null;

  const ready = first(wish.view).catch((thrown) => {
    const found = toVaeError(thrown);
    // A part that could not be imported.
    const error = isEmpty() && found.code === 'internal' ? new VaeError('network', found.message, { cause: thrown }) : found;
    const { code, message } = error;
    store.set({ error: { code, message, words: 'element.notOpened' } });
    throw error;
  });
  // Told by the event and in words.
  ready.catch(() => {});

  return {
    store,
    engine,
    ready,
    isEmpty,

    /** The Vae itself, shared with no other element from then on. */
    own: async () => /** @type {import('./lease.js').Lease} */ (await opening).own(),

    /** @param {ViewName} view */
    show: (view) => show(view).catch(engine.report),

    hideParts: () => hideParts(frame, store.state),

    /** Ends every view and every worker that nobody else uses. */
    dispose() {
      store.end();
      engine.dispose();
      frame.replaceChildren();
    },
  };
}

/**
 * Only where the page gives the element less height than it needs does it scroll: what sticks to the window's edge elsewhere
 * would stick to its own.
 * @param {HTMLElement} frame
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function scrollWithin(frame, body, signal) {
  const { host } = /** @type {ShadowRoot} */ (frame.getRootNode());
  const observer = new ResizeObserver(() => {
    // A bar takes width, and what is narrower may be less high: without a margin it would come and go for ever.
    const margin = frame.classList.contains('scrolls') ? -SCROLL_MARGIN : 1;
    frame.classList.toggle('scrolls', body.offsetHeight > host.clientHeight + margin);
  });
  observer.observe(host);
  observer.observe(body);
  signal.addEventListener('abort', () => observer.disconnect());
}
