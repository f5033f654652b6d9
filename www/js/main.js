// Wires the page: state from the URL, the engine in its worker, one view for each part.

import { toVaeError } from './api/errors.js';
import { preload } from './api/start.js';
import { compose, hideParts } from './compose.js';
import { OPENING_DIGIT, exampleStrokes } from './digits.js';
import { translateTree } from './dom.js';
import { coming } from './engine/coming.js';
import { createEngine } from './engine/engine.js';
import { knownPosteriors } from './engine/known-posteriors.js';
import { someDigits } from './engine/some-digits.js';
import { LANGUAGES } from './i18n/languages.js';
import { keepForOffline } from './offline.js';
import { openVae } from './open-vae.js';
import { SETTING_KEYS, presetSettings } from './recipe.js';
import { createStore, initialState } from './store.js';
import { readUrl } from './state-url.js';
import { keepUrl } from './url-sync.js';
import { mount as chart } from './views/chart.js';
import { mount as controls } from './views/controls.js';
import { mount as data } from './views/data.js';
import { mount as difference } from './views/difference.js';
import { mount as drop } from './views/drop.js';
import { mount as examples } from './views/examples.js';
import { mount as guide } from './views/guide.js';
import { mount as header } from './views/header.js';
import { mount as latent } from './views/latent.js';
import { mount as map } from './views/map.js';
import { mount as mapLegend } from './views/map-legend.js';
import { mount as mapTools } from './views/map-tools.js';
import { mount as messages } from './views/messages.js';
import { mount as metrics } from './views/metrics.js';
import { mount as modelInput } from './views/model-input.js';
import { mountNetwork } from './views/network.js';
import { mount as pen } from './views/pen.js';
import { mount as dimensions } from './views/dimensions.js';
import { mount as firstInk } from './views/first-ink.js';
import { mount as fixedDigits } from './views/fixed-digits.js';
import { mount as progress } from './views/progress.js';
import { mount as posterior } from './views/posterior.js';
import { mount as quality } from './views/quality.js';
import { mount as replay } from './views/replay.js';
import { mount as reconstruction } from './views/reconstruction.js';
import { mount as resume } from './views/resume.js';
import { mount as runButtons } from './views/run-buttons.js';
import { mount as samples } from './views/samples.js';
import { mount as sketchpad } from './views/sketchpad.js';
import { mount as tabs } from './views/tabs.js';
import { mount as teacher } from './views/teacher.js';
import { mountUnitCard } from './views/unit-card.js';
import { mount as weights } from './views/weights.js';
import { mount as wires } from './views/wires.js';

/** Views that work while the engine is still starting, and when it cannot. */
const EARLY_VIEWS = Object.freeze({ header, messages, sketchpad: firstInk });

/** What is looked at first, and what is built behind it, a group at a time: the browser shows one before the next. */
const VIEWS = Object.freeze(/** @type {import('./compose.js').Views[]} */ ([
  { sketchpad, pen, 'model-input': modelInput, posterior, map, reconstruction, difference, quality },
  {
    encoder: mountNetwork('encoder'), 'encoder-unit': mountUnitCard('encoder'), examples, 'map-tools': mapTools, 'map-legend': mapLegend, replay, latent,
    decoder: mountNetwork('decoder'), 'decoder-unit': mountUnitCard('decoder'),
  },
  { tabs, controls, 'run-buttons': runButtons, metrics, progress, chart, dimensions, 'fixed-digits': fixedDigits, samples, data, weights },
  { wires, guide, teacher, resume, drop },
]));

const defaults = { ...initialState(), strokes: exampleStrokes(OPENING_DIGIT), ...readUrl(new URL(location.pathname, location.href), navigator.language) };
const said = readUrl(new URL(location.href), navigator.language);
const store = createStore({ ...defaults, ...said });

store.watch(['lang'], ({ lang }) => {
  document.documentElement.lang = LANGUAGES[lang].tag;
  translateTree(document, lang);
});
store.watch(['theme'], ({ theme }) => void (document.documentElement.dataset.theme = theme));
store.watch(['hide'], (state) => hideParts(document, state));

async function start() {
  preload(/** @type {{ earlyWorker?: Worker | null }} */ (globalThis).earlyWorker);
  const opening = openVae(store, defaults.preset);
  // Everything is under way before the first view is built.
  const digits = someDigits();
  const known = knownPosteriors(store.state);
  // Told of when they are asked for.
  digits.catch(() => {});
  const engine = createEngine(coming(opening), store);
  const { looked } = await compose(document, store, { engine, opening, digits, known, early: EARLY_VIEWS, groups: VIEWS });
  const vae = await opening;
  const chosen = SETTING_KEYS.filter((key) => said[key] !== undefined).map((key) => [key, said[key]]);
  store.set({ ...presetSettings(store.state), ...Object.fromEntries(chosen) });
  keepUrl(store, engine, () => ({ ...defaults, ...presetSettings(store.state) }));
  Object.assign(globalThis, { playground: { vae, store, version: vae.version } });
  await looked;
  if (said.z && said.z.length === store.state.spec?.latent) engine.setZ(said.z);
  store.set({ ready: true });
  document.body.dataset.testid = 'ready';
  keepForOffline();
  if (store.state.startPaused) await engine.prepare();
}

start().catch((thrown) => {
  const { code, message } = toVaeError(thrown);
  store.set({ error: { code, message } });
});
