// Between a preset's recipe, the page's settings and what a run takes.

import { runState } from './state/run.js';

/** @typedef {import('./state/run.js').Settings} Settings */
/** @typedef {import('./state/run.js').RunState} RunState */
/** @typedef {import('./api/types.js').TrainSettings} TrainSettings */

/** What a person can set, in the order of the controls. */
export const SETTING_KEYS = /** @type {const} */ ([
  'optimizer', 'learningRate', 'batchSize', 'beta', 'seed', 'objective', 'draws', 'freeBits', 'binarize', 'warmupEpochs', 'epochs',
  'schedule', 'epsilon', 'weightDecay', 'clipNorm',
]);

const within = (/** @type {number} */ least, /** @type {number} */ most) => (/** @type {number} */ value) => value >= least && value <= most;
const wholeWithin = (/** @type {number} */ least, /** @type {number} */ most) => (/** @type {number} */ value) =>
  Number.isInteger(value) && value >= least && value <= most;

/**
 * What the numbers may be; the engine judges again, this keeps a link or a field from asking nonsense.
 * @satisfies {Partial<Record<keyof Settings, (value: number) => boolean>>}
 */
export const VALID = {
  learningRate: (/** @type {number} */ value) => value > 0 && value <= 10,
  batchSize: wholeWithin(1, 4096),
  beta: within(0, 1000),
  seed: wholeWithin(0, 0xffff_ffff),
  draws: wholeWithin(1, 1000),
  freeBits: within(0, 100),
  warmupEpochs: within(0, 1000),
  epochs: wholeWithin(0, 100_000),
  epsilon: within(0, 1),
  weightDecay: within(0, 1),
  clipNorm: within(0, 1e6),
};

/** What the choices may be. */
export const CHOICES = Object.freeze({
  optimizer: /** @type {const} */ (['adam', 'rmsprop', 'sgd']),
  objective: /** @type {const} */ (['elbo', 'iwae', 'dreg', 'autoencoder']),
  binarize: /** @type {const} */ (['none', 'dynamic', 'static']),
  schedule: /** @type {const} */ (['constant', 'cosine', 'stages']),
});

/**
 * Whether every number among the changes is one that its setting may be.
 * @param {Partial<Settings>} changes
 */
export function plausible(changes) {
  return Object.entries(VALID).every(([key, good]) => {
    const value = changes[/** @type {keyof typeof VALID} */ (key)];
    return value === undefined || (Number.isFinite(value) && good(value));
  });
}

/**
 * The settings that a recipe says; what it leaves out is the default, and the seed stays the person's.
 * @param {import('./api/types.js').Recipe} recipe
 * @returns {Partial<RunState>}
 */
export function recipeSettings({ train, initialisation, dataBias }) {
  const defaults = runState();
  /** @type {Partial<RunState>} */
  const said = { ...train, draws: train.samples };
  const settings = SETTING_KEYS.filter((key) => key !== 'seed').map((key) => [key, said[key] ?? defaults[key]]);
  return { ...Object.fromEntries(settings), initialisation, dataBias };
}

/**
 * How the source of the chosen preset trains it; nothing for a model that is none.
 * @param {Pick<import('./store.js').State, 'presets' | 'preset'>} state
 * @returns {Partial<RunState>}
 */
export function presetSettings({ presets, preset }) {
  const found = presets.find(({ name }) => name === preset);
  return found ? recipeSettings(found.recipe) : {};
}

/**
 * What `vae.train` takes: only what the objective and the optimiser know.
 * @param {Settings} state
 * @returns {TrainSettings & Required<Pick<TrainSettings, 'learningRate' | 'beta'>>}
 */
export function runSettings(state) {
  const { optimizer, learningRate, batchSize, beta, seed, objective, binarize, warmupEpochs, schedule, weightDecay } = state;
  return {
    optimizer, learningRate, batchSize, beta, seed, objective, binarize, warmupEpochs, schedule, weightDecay,
    ...(optimizer === 'sgd' ? {} : { epsilon: state.epsilon }),
    ...(objective === 'iwae' || objective === 'dreg' ? { samples: state.draws } : {}),
    ...(objective === 'elbo' ? { freeBits: state.freeBits } : {}),
    ...(state.epochs > 0 ? { epochs: state.epochs } : {}),
    ...(state.clipNorm > 0 ? { clipNorm: state.clipNorm } : {}),
  };
}
