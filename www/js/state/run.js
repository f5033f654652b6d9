// The training run: its settings and where it stands.

/** @typedef {'idle' | 'loading' | 'running' | 'paused'} RunPhase */

/**
 * What a run is asked for; `../recipe.js` makes it what the engine takes.
 * @typedef {object} Settings
 * @property {'adam' | 'rmsprop' | 'sgd'} optimizer
 * @property {number} learningRate
 * @property {number} batchSize
 * @property {number} beta
 * @property {number} seed
 * @property {'elbo' | 'iwae' | 'dreg' | 'autoencoder'} objective
 * @property {number} draws of z for each image, of `iwae` and `dreg`
 * @property {number} freeBits nats per dimension, of `elbo`
 * @property {'none' | 'dynamic' | 'static'} binarize
 * @property {number} warmupEpochs
 * @property {number} epochs 0 for no end
 * @property {'constant' | 'cosine' | 'stages'} schedule
 * @property {number} epsilon of Adam and RMSProp
 * @property {number} weightDecay
 * @property {number} clipNorm 0 for none
 */

/**
 * @typedef {object} RunProgress
 * @property {import('../api/types.js').Initialisation} initialisation how weights begin when everything is forgotten
 * @property {boolean} dataBias
 * @property {RunPhase} run
 * @property {boolean} restsHidden a run waits while the page is hidden
 * @property {number} step optimiser steps since the weights were last set
 * @property {number} epoch the one under way, or the last
 * @property {number} epochsDone epochs that were seen to their end
 * @property {number} stepsInEpoch
 * @property {number} epochStep steps done of the epoch under way
 * @property {number} epochsBefore epochs of earlier runs since the weights were last set
 * @property {number} stepsPerSecond
 * @property {import('../api/types.js').Losses | null} train the latest step's
 * @property {import('../api/types.js').Losses | null} test the latest epoch's, held-out
 * @property {number} historyVersion grows whenever the chart's series changed
 * @property {{ loaded: number, total: number | null } | null} data bytes of the dataset while it is fetched
 * @property {boolean} dataReady
 */

/** @typedef {Settings & RunProgress} RunState */

/** @returns {RunState} */
export function runState() {
  return {
    optimizer: 'adam', learningRate: 1e-3, batchSize: 128, beta: 1, seed: 1,
    objective: 'elbo', draws: 50, freeBits: 0, binarize: 'none', warmupEpochs: 0, epochs: 0, schedule: 'constant',
    epsilon: 1e-8, weightDecay: 0, clipNorm: 0, initialisation: 'pytorch', dataBias: false,
    run: 'idle', restsHidden: false, step: 0, epoch: 0, epochsDone: 0, stepsInEpoch: 0, epochStep: 0, epochsBefore: 0, stepsPerSecond: 0, train: null, test: null,
    historyVersion: 0,
    data: null, dataReady: false,
  };
}
