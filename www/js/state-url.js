// The state that a link carries: the surroundings in the query, the experiment in the hash.

import { decodeStrokes, encodeStrokes } from './stroke-code.js';

/** @typedef {import('./store.js').State} State */

const LANGS = /** @type {const} */ (['en', 'zh']);
const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);
const BACKENDS = /** @type {const} */ (['auto', 'webgpu', 'cpu']);
const OPTIMIZERS = /** @type {const} */ (['adam', 'rmsprop', 'sgd']);

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

/**
 * What the hyperparameters may be; the engine checks again, this keeps a link or a field from asking nonsense.
 * @type {{ [K in 'learningRate' | 'batchSize' | 'beta' | 'seed']: (value: number) => boolean }}
 */
export const VALID = {
  learningRate: (value) => value > 0 && value <= 10,
  batchSize: (value) => Number.isInteger(value) && value >= 1 && value <= 4096,
  beta: (value) => value >= 0 && value <= 1000,
  seed: (value) => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff,
};

/** Name in the hash of each key of the state. */
const HASH_KEYS = /** @type {const} */ ({
  preset: 'preset', optimizer: 'optimizer', learningRate: 'lr', batchSize: 'batch', beta: 'beta', seed: 'seed',
});

/**
 * The part of the state that a URL says; what it does not say or says wrongly is left out.
 * @param {URL} url
 * @param {string} [browserLanguage] decides where the URL is silent
 * @returns {Partial<State>}
 */
export function readUrl(url, browserLanguage = 'en') {
  const query = url.searchParams;
  const hash = new URLSearchParams(url.hash.slice(1));
  const preset = hash.get(HASH_KEYS.preset);
  const ink = hash.get('ink');
  /** @type {Partial<State>} */
  const found = {
    lang: oneOf(query.get('lang'), LANGS) ?? (browserLanguage.startsWith('zh') ? 'zh' : 'en'),
    theme: oneOf(query.get('theme'), THEMES),
    requestedBackend: oneOf(query.get('backend'), BACKENDS),
    hide: query.get('hide')?.split(',').map((name) => name.trim()).filter(Boolean),
    preset: preset !== null && /^[a-z0-9-]{1,40}$/.test(preset) ? preset : undefined,
    optimizer: oneOf(hash.get(HASH_KEYS.optimizer), OPTIMIZERS),
    learningRate: number(hash.get(HASH_KEYS.learningRate), VALID.learningRate),
    batchSize: number(hash.get(HASH_KEYS.batchSize), VALID.batchSize),
    beta: number(hash.get(HASH_KEYS.beta), VALID.beta),
    seed: number(hash.get(HASH_KEYS.seed), VALID.seed),
    pictureDigit: number(hash.get('digit'), (value) => Number.isInteger(value) && value >= 0 && value < 1e4),
    strokes: ink === null ? undefined : decodeStrokes(ink),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/**
 * The same URL saying this state. Language and theme are said only once they differ from what the reader would get.
 * @param {URL} url
 * @param {State} state
 * @param {State} defaults
 * @returns {URL}
 */
export function writeUrl(url, state, defaults) {
  const next = new URL(url);
  for (const key of /** @type {const} */ (['lang', 'theme'])) {
    if (state[key] === defaults[key]) next.searchParams.delete(key);
    else next.searchParams.set(key, state[key]);
  }
  const hash = new URLSearchParams();
  for (const [key, name] of Object.entries(HASH_KEYS)) {
    const value = state[/** @type {keyof typeof HASH_KEYS} */ (key)];
    if (value !== defaults[/** @type {keyof typeof HASH_KEYS} */ (key)]) hash.set(name, String(value));
  }
  if (state.pictureDigit !== null) hash.set('digit', String(state.pictureDigit));
  if (state.strokes !== defaults.strokes) hash.set('ink', encodeStrokes(state.strokes));
  next.hash = hash.toString();
  return next;
}
