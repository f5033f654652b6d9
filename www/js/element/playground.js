// One element's inside, while it is on the page: a store, an engine, and the views that its `view` asks for.

import { loadMnist } from '../api/create.js';
import { toVaeError } from '../api/errors.js';
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
  let digitsComing = false;

  /** @param {ViewName} view */
  const show = async (view) => {
    const { groups, styles, digits } = PARTS[view];
    seen?.end();
    const scope = store.scope();
    seen = scope;
    const root = /** @type {ShadowRoot} */ (frame.getRootNode());
    expectStyles(root.ownerDocument, styles);
    const some = digits && !digitsComing ? someDigits() : null;
    digitsComing ||= digits;
    // Told of when they are asked for.
    some?.catch(() => {});
    const [parts] = await Promise.all([Promise.all(groups.map((group) => group())), adoptStyles(root, styles)]);
    if (scope.signal.aborted) return;
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
    const { looked } = await compose(body, scope, {
      engine, opening, digits: some, known: some && knownPosteriors(store.state), early: { messages, sketchpad: firstInk }, groups: parts.map(({ views }) => views),
    });
    nameParts(body);
    await looked;
  };

  /** Another view, once what was asked before is there. @param {ViewName} view */
  const first = async (view) => {
    await show(view);
    const vae = await opening;
    if (named && isAddress(store.state.preset)) store.set({ weights: 'file' });
    store.set({ ...presetSettings(store.state), ready: true });
    return vae;
  };

  const ready = first(wish.view).catch((thrown) => {
    const error = toVaeError(thrown);
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
  const observer = new ResizeObserver(() => frame.classList.toggle('scrolls', body.offsetHeight > host.clientHeight + 1));
  observer.observe(host);
  observer.observe(body);
  signal.addEventListener('abort', () => observer.disconnect());
}
