// The training run: its settings and where it stands.

/** @typedef {'idle' | 'loading' | 'running' | 'paused'} RunPhase */

/**
 * @typedef {object} RunState
 * @property {'adam' | 'rmsprop' | 'sgd'} optimizer
 * @property {number} learningRate
 * @property {number} batchSize
 * @property {number} beta
 * @property {number} seed
 * @property {RunPhase} run
 * @property {number} step optimiser steps since the weights were last set
 * @property {number} epoch
 * @property {number} stepsInEpoch
 * @property {number} stepsPerSecond
 * @property {import('../api/types.js').Losses | null} train the latest step's
 * @property {import('../api/types.js').Losses | null} test the latest epoch's, held-out
 * @property {number} historyVersion grows whenever the chart's series changed
 * @property {{ loaded: number, total: number | null } | null} data bytes of the dataset while it is fetched
 * @property {boolean} dataReady
 */

/** @returns {RunState} */
export function runState() {
  return {
    optimizer: 'adam', learningRate: 1e-3, batchSize: 128, beta: 1, seed: 1,
    run: 'idle', step: 0, epoch: 0, stepsInEpoch: 0, stepsPerSecond: 0, train: null, test: null, historyVersion: 0,
    data: null, dataReady: false,
  };
}
