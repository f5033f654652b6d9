// How a playground is put together, in a document or in a shadow root: views in their places, in an order that shows early
// what is looked at first.

import { translateTree } from './dom.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./engine/engine.js').Engine} Engine */
/** Views by the name of their place. @typedef {Record<string, (element: HTMLElement, store: Store, engine: Engine) => void>} Views */

/** How long most of it may wait for the engine. */
const PATIENCE_MS = 150;

/** @param {number} ms */
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {ParentNode} root
 * @param {Views} views
 * @param {Store} store
 * @param {Engine} [engine] none for views that work while it is still starting, and when it cannot
 */
export function mountAll(root, views, store, engine = /** @type {Engine} */ ({})) {
  for (const [name, mount] of Object.entries(views)) {
    const element = /** @type {HTMLElement} */ (root.querySelector(`[data-view="${name}"]`));
    element.replaceChildren();
    mount(element, store, engine);
    translateTree(element, store.state.lang);
  }
}

/**
 * Takes away what is not wanted to be seen; labs follow their tabs.
 * @param {ParentNode} root
 * @param {Pick<import('./store.js').State, 'hide'>} state
 */
export function hideParts(root, { hide }) {
  for (const part of root.querySelectorAll('[data-part]:not([data-lab])')) {
    if (part instanceof HTMLElement) part.hidden = hide.includes(part.dataset.part ?? '');
  }
}

/**
 * @param {ParentNode} root with a place for each view
 * @param {Store} store
 * @param {object} parts
 * @param {Engine} parts.engine may still wait for `opening`
 * @param {Promise<import('./api/vae.js').Vae>} parts.opening
 * @param {boolean} [parts.again] the model has been shown before, in other views: what was drawn and chosen stays
 * @param {Promise<import('./state/digits.js').Digits> | null} parts.digits null where nothing shows them
 * @param {Promise<{ mu: Float32Array, logvar: Float32Array } | null> | null} parts.known what the model makes of the digits, where a
 *   file says so before the engine can
 * @param {Views} parts.early views that work while the engine is still starting
 * @param {readonly (Views | Promise<Views>)[]} parts.groups what is looked at first, and what is built behind it, a group at a
 *   time: the browser shows one before the next
 * @returns {Promise<{ looked: Promise<void> }>} once all is built and the model is there; `looked` once everything that is
 *   shown has been computed
 */
export async function compose(root, store, { engine, opening, again = false, digits, known, early, groups }) {
  mountAll(root, early, store, engine);
  const seen = opening.then(() => {
    if (again) return undefined;
    engine.adopt();
    return engine.draw(store.state.strokes);
  });
  const [foremost, ...others] = groups;
  await rest(0);
  mountAll(root, await foremost, store, engine);
  void Promise.all([digits, known]).then(([all, posteriors]) => all && posteriors && engine.foresee(all, posteriors), () => {});
  // Where the engine comes at once, what it makes of the drawing is shown before all else is built.
  await Promise.race([seen.catch(() => {}), rest(PATIENCE_MS)]);
  const looked = seen.then(async () => {
    const loading = digits && engine.loadDigits(digits);
    // One look at the map with its digits is sooner done than one without them and then another.
    await Promise.race([loading, rest(PATIENCE_MS)]);
    await Promise.all([loading, engine.refresh()]);
  });
  // Told of where it is waited for.
  looked.catch(() => {});
  for (const views of others) {
    await rest(0);
    mountAll(root, await views, store, engine);
  }
  hideParts(root, store.state);
  await opening;
  return { looked };
}
