// The state that a link carries: the surroundings in the query, the experiment in the hash.

import { LANGS, languageOf } from './i18n/languages.js';
import { CHOICES, SETTING_KEYS, VALID } from './recipe.js';
import { decodeSpec, encodeSpec } from './spec-code.js';
import { OWN_MODEL } from './state/model.js';
import { TABS } from './state/page.js';
import { decodeStrokes, encodeStrokes } from './stroke-code.js';

/** @typedef {import('./store.js').State} State */

const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);
const GRIDS = /** @type {const} */ (['off', 'even', 'normal']);
const BACKENDS = /** @type {const} */ (['auto', 'webgpu', 'cpu']);
/** Codes lie within this; what lies farther is nonsense to any decoder. */
const CODE_REACH = 20;
/** Numbers of a code in a link at most. */
const CODE_LENGTH = 256;
/** Labs have fewer controls than this. */
const MOST_CHOICES = 32;
/** Names of parts in a link at most. */
const NAMES = 64;

/**
 * @template {string} T
 * @param {string | null} value
 * @param {readonly T[]} allowed
 * @returns {T | undefined}
 */
function oneOf(value, allowed) {
  return allowed.find((one) => one === value);
}

/**
 * @param {string | null} text
 * @param {(value: number) => boolean} good
 * @returns {number | undefined}
 */
function number(text, good) {
  const value = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) && good(value) ? value : undefined;
}

/** Name in the hash of each setting. */
const SETTINGS = /** @type {const} @satisfies {Record<typeof SETTING_KEYS[number], string>} */ ({
  optimizer: 'optimizer', learningRate: 'lr', batchSize: 'batch', beta: 'beta', seed: 'seed', objective: 'objective', draws: 'k',
  freeBits: 'free', binarize: 'binarize', warmupEpochs: 'warmup', epochs: 'epochs', schedule: 'schedule', epsilon: 'eps',
  weightDecay: 'decay', clipNorm: 'clip',
});

/**
 * @param {URLSearchParams} hash
 * @returns {Partial<import('./state/run.js').Settings>}
 */
function readSettings(hash) {
  const said = (/** @type {string} */ key) => hash.get(SETTINGS[/** @type {keyof typeof SETTINGS} */ (key)]);
  return {
    ...Object.fromEntries(Object.entries(CHOICES).map(([key, allowed]) => [key, oneOf(said(key), /** @type {readonly string[]} */ (allowed))])),
    ...Object.fromEntries(Object.entries(VALID).map(([key, good]) => [key, number(said(key), good)])),
  };
}

/** Everything that the address says; when it changes, so does the address. @type {readonly (keyof State)[]} */
export const LINKED_KEYS = Object.freeze(/** @type {(keyof State)[]} */ ([
  'lang', 'theme', 'tab', 'preset', 'spec', 'weights', ...SETTING_KEYS, 'strokes', 'pictureDigit', 'z', 'zSource',
  'mapGrid', 'planeChoice', 'label', 'labs',
]));

/**
 * The part of the state that a URL says; what it does not say or says wrongly is left out.
 * @param {URL} url
 * @param {string} [browserLanguage] decides where the URL is silent
 * @returns {Partial<State>}
 */
export function readUrl(url, browserLanguage = 'en') {
  const query = url.searchParams;
  const hash = new URLSearchParams(url.hash.slice(1));
  const preset = hash.get('preset');
  const ink = hash.get('ink');
  const spec = decodeSpec(hash.get('spec') ?? '');
  const z = readCode(hash.get('z'));
  /** @type {Partial<State>} */
  const found = {
    lang: oneOf(query.get('lang'), LANGS) ?? languageOf(browserLanguage),
    theme: oneOf(query.get('theme'), THEMES),
    requestedBackend: oneOf(query.get('backend'), BACKENDS),
    hide: query.get('hide')?.split(',', NAMES).map((name) => name.trim()).filter((name) => /^[a-z-]{1,20}$/.test(name)),
    startPaused: query.get('paused') === '1' ? true : undefined,
    tab: oneOf(hash.get('tab'), TABS),
    spec,
    preset: spec ? OWN_MODEL : preset !== null && /^[a-z0-9-]{1,40}$/.test(preset) ? preset : undefined,
    weights: oneOf(hash.get('weights'), /** @type {const} */ (['random'])),
    ...readSettings(hash),
    pictureDigit: number(hash.get('digit'), (value) => Number.isInteger(value) && value >= 0 && value < 1e4),
    strokes: ink === null ? undefined : decodeStrokes(ink),
    z,
    zSource: z ? 'hand' : undefined,
    mapGrid: oneOf(hash.get('grid'), GRIDS),
    planeChoice: readPlane(hash.get('plane')),
    label: number(hash.get('class'), (value) => Number.isInteger(value) && value >= 0 && value < 10),
    labs: readLabs(hash),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/**
 * @param {string | null} text
 * @returns {Float32Array | undefined}
 */
function readCode(text) {
  const parts = text?.split(',') ?? [];
  if (parts.length === 0 || parts.length > CODE_LENGTH) return undefined;
  const values = parts.map((part) => number(part, (value) => Math.abs(value) <= CODE_REACH));
  return values.every((value) => value !== undefined) ? Float32Array.from(values) : undefined;
}

/**
 * What was chosen in the labs: their names have a hyphen, which no other has. What a value means its lab knows.
 * @param {URLSearchParams} hash
 * @returns {State['labs'] | undefined}
 */
function readLabs(hash) {
  const found = [...hash].filter(([name, value]) => /^[a-z]{1,16}-[a-z]{1,16}$/i.test(name) && /^[\w.-]{1,16}$/.test(value)).slice(0, MOST_CHOICES);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/**
 * Two dimensions of the map, counted from one as people do.
 * @param {string | null} text
 * @returns {State['planeChoice'] | undefined}
 */
function readPlane(text) {
  const parts = text?.split(',') ?? [];
  const [x, y] = parts.map((part) => number(part, (value) => Number.isInteger(value) && value >= 1 && value <= CODE_LENGTH));
  return parts.length === 2 && x !== undefined && y !== undefined && x !== y ? { kind: 'dimensions', x: x - 1, y: y - 1 } : undefined;
}

/**
 * The same URL saying this state. Language and theme are said only once they differ from what the reader would get.
 * @param {URL} url
 * @param {State} state
 * @param {State} defaults
 * @param {boolean} [fromNothing] the weights began as random ones, though the preset has others
 * @returns {URL}
 */
export function writeUrl(url, state, defaults, fromNothing = false) {
  const next = new URL(url);
  for (const key of /** @type {const} */ (['lang', 'theme'])) {
    if (state[key] === defaults[key]) next.searchParams.delete(key);
    else next.searchParams.set(key, state[key]);
  }
  const hash = new URLSearchParams();
  if (state.preset === OWN_MODEL && state.spec) hash.set('spec', encodeSpec(state.spec));
  else if (state.preset !== defaults.preset) hash.set('preset', state.preset);
  if (fromNothing) hash.set('weights', 'random');
  if (state.tab !== defaults.tab) hash.set('tab', state.tab);
  for (const key of SETTING_KEYS) if (state[key] !== defaults[key]) hash.set(SETTINGS[key], String(state[key]));
  if (state.pictureDigit !== null) hash.set('digit', String(state.pictureDigit));
  if (state.strokes !== defaults.strokes) hash.set('ink', encodeStrokes(state.strokes));
  if (state.zSource === 'hand' && state.z && state.z.length <= CODE_LENGTH) {
    hash.set('z', Array.from(state.z, (value) => String(Number(value.toFixed(3)))).join());
  }
  if (state.mapGrid !== defaults.mapGrid) hash.set('grid', state.mapGrid);
  if (state.planeChoice.kind === 'dimensions') hash.set('plane', `${state.planeChoice.x + 1},${state.planeChoice.y + 1}`);
  if (state.spec?.classes && state.label !== defaults.label) hash.set('class', String(state.label));
  for (const [name, value] of Object.entries(state.labs)) hash.set(name, value);
  // A comma needs no escape, and a link is read by people too.
  next.hash = hash.toString().replaceAll('%2C', ',');
  return next;
}
