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
