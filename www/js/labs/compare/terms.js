// What two runs may differ in, and what each is then made and trained by.

import { CHOICES, VALID, runSettings } from '../../recipe.js';

/** @typedef {import('../../store.js').State} State */
/** @typedef {import('../../engine/contestant.js').Terms} Terms */

/** The setting that differs, with the two values that show most. */
export const DIFFERENCES = Object.freeze({
  beta: { values: ['0.5', '4'], number: true },
  objective: { values: ['autoencoder', 'elbo'], number: false },
  learningRate: { values: ['0.001', '0.01'], number: true },
  latent: { values: ['2', '20'], number: true },
  optimizer: { values: ['adam', 'sgd'], number: false },
  batchSize: { values: ['32', '512'], number: true },
  warmupEpochs: { values: ['0', '1'], number: true },
  binarize: { values: ['none', 'dynamic'], number: false },
});

/** @typedef {keyof typeof DIFFERENCES} Difference */

/**
 * @param {Difference} key
 * @param {string} text
 * @returns {boolean}
 */
export function allowed(key, text) {
  const value = text.trim() === '' ? NaN : Number(text);
  if (key === 'latent') return Number.isInteger(value) && value >= 1 && value <= 256;
  if (key === 'objective' || key === 'optimizer' || key === 'binarize') return /** @type {readonly string[]} */ (CHOICES[key]).includes(text);
  return VALID[key](value);
}

/**
 * One side: the page's model and settings but for one of them.
 * @param {Readonly<State>} state
 * @param {Difference} key
 * @param {string} text
 * @returns {Terms}
 */
export function termsOf(state, key, text) {
  const { spec, initialisation, seed } = state;
  if (!spec) throw new Error('there is no model yet');
  const value = DIFFERENCES[key].number ? Number(text) : text;
  const changed = key === 'latent' ? state : { ...state, [key]: value };
  const { epochs: _, schedule: __, ...settings } = runSettings(/** @type {State} */ (changed));
  // A run without an end, so that neither is over before the other.
  return { spec: key === 'latent' ? { ...spec, latent: Number(text) } : spec, initialisation, settings: { ...settings, seed } };
}
