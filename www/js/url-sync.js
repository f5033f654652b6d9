// Keeps the address and the page at one: the page writes it, and follows it when the person goes back, forward or edits it.

import { PRETRAINED_PRESETS } from './api/assets.js';
import { latest } from './latest.js';
import { SETTING_KEYS } from './recipe.js';
import { LINKED_KEYS, readUrl, writeUrl } from './state-url.js';
import { OWN_MODEL } from './state/model.js';
import { encodeStrokes } from './stroke-code.js';

/** Browsers allow few changes of the address a second: it is written once the hand rests. */
const REST_MS = 250;

/** @typedef {import('./store.js').State} State */

/**
 * @param {import('./store.js').Store} store
 * @param {import('./engine/engine.js').Engine} engine
 * @param {() => State} defaults what holds where the address is silent
 */
export function keepUrl(store, engine, defaults) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let following = false;
  let fromNothing = store.state.weights === 'random';
  let { tab, preset } = store.state;

  const write = () => {
    clearTimeout(timer);
    if (following) return;
    const { state } = store;
    // Whoever goes back comes to the model or the tab before. What a guide opens is no step of the person's own.
    const step = (state.tab !== tab || state.preset !== preset) && state.guide === null;
    if (step) ({ tab, preset } = state);
    const has = fromNothing && PRETRAINED_PRESETS.includes(state.preset);
    const { href } = writeUrl(new URL(location.href), state, defaults(), has);
    if (href !== location.href) history[step ? 'pushState' : 'replaceState'](null, '', href);
  };

  store.watch(['weights'], ({ weights }) => {
    if (weights === 'random') fromNothing = true;
    else if (weights !== 'trained') fromNothing = false;
  });
  store.watch([...LINKED_KEYS, 'guide'], () => {
    clearTimeout(timer);
    timer = setTimeout(write, REST_MS);
  });
  // What is copied from the address bar must be what is seen.
  addEventListener('pagehide', write);
  addEventListener('blur', write);

  // One after the other: a model that an earlier address asked for brings its recipe along.
  const followAll = latest((/** @type {null} */ _) => follow(store, engine, defaults).catch(engine.report));
  addEventListener('popstate', async () => {
    clearTimeout(timer);
    following = true;
    try {
      await followAll(null);
    } finally {
      following = false;
      ({ tab, preset } = store.state);
      write();
    }
  });
}

/**
 * Makes the page what the address says.
 * @param {import('./store.js').Store} store
 * @param {import('./engine/engine.js').Engine} engine
 * @param {() => State} defaults
 */
async function follow(store, engine, defaults) {
  const said = readUrl(new URL(location.href), navigator.language);
  const base = defaults();
  const wanted = { ...base, preset: said.preset ?? base.preset };
  const { lang = base.lang, theme = base.theme, hide = base.hide, tab = base.tab, labs = base.labs } = said;
  store.set({ lang, theme, hide, tab, labs });

  const other = wanted.preset !== store.state.preset || (said.spec && JSON.stringify(said.spec) !== JSON.stringify(store.state.spec));
  if (other && said.spec) await engine.chooseSpec(said.spec);
  else if (other && wanted.preset !== OWN_MODEL) await engine.choosePreset(wanted.preset);
  store.set({ mapGrid: said.mapGrid ?? base.mapGrid, planeChoice: said.planeChoice ?? base.planeChoice });
  const { label = base.label } = said;
  if (label !== store.state.label) await engine.setLabel(label);
  // Another model has another recipe.
  const settings = { ...defaults(), ...said };
  const changed = SETTING_KEYS.filter((key) => settings[key] !== store.state[key]).map((key) => [key, settings[key]]);
  if (changed.length > 0) await engine.configure(Object.fromEntries(changed));

  const { strokes = base.strokes, pictureDigit = null } = said;
  if (pictureDigit !== store.state.pictureDigit || encodeStrokes(strokes) !== encodeStrokes(store.state.strokes)) {
    const images = store.state.digits?.images;
    const picture = pictureDigit === null ? null : images?.slice(pictureDigit * 784, (pictureDigit + 1) * 784) ?? null;
    await engine.lay({ strokes, picture, pictureDigit });
  }
  if (said.z && said.z.length === store.state.spec?.latent) engine.setZ(said.z);
}
