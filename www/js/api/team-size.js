// How many workers should share a training run.

import { VaeError } from './errors.js';

/** More than so many are never started unasked: every one holds the data set, and an exchange with each costs time. */
const MOST = 8;
/** Largest number that can be asked for. */
const LIMIT = 64;
/** Another worker must make a step shorter by this part, or it is left to others. */
const WORTH = 0.1;

/** What a step costs, measured in Chromium on two cores (benches/README.md, "Scaling"). */
const COSTS = Object.freeze({
  /** Floating-point operations of a worker in 1 ms. */
  flopsPerMs: 38e6,
  /** ms for each million of parameters that no worker is spared: the update, and weights packed for products. */
  fixed: 1.5,
  /** ms of one message to another worker and back to work. */
  message: 0.3,
  /** ms for a million of values that are copied out, handed over, and added. */
  copy: 1.2,
});

/** @param {unknown} workers @returns {number | 'auto'} @throws {VaeError} `invalid-argument` */
export function checkWorkers(workers) {
  if (workers === 'auto') return workers;
  if (typeof workers === 'number' && Number.isInteger(workers) && workers >= 1 && workers <= LIMIT) return workers;
  throw new VaeError('invalid-argument', `workers: ${String(workers)}, expected auto or a whole number from 1 to ${LIMIT}`, { details: { at: 'workers' } });
}

/**
 * @param {number} cores
 * @returns {number} as many as there are cores, one less where the page can have one to itself
 */
export function mostWorkers(cores) {
  return Math.min(MOST, cores > 2 ? cores - 1 : Math.max(1, cores));
}

/**
 * @param {import('./types.js').Division} division
 * @param {number} workers
 * @returns {number} ms that a step should take
 */
export function stepTime({ flops, gradients }, workers) {
  const millions = gradients / 1e6;
  const alone = flops / COSTS.flopsPerMs / workers + COSTS.fixed * millions;
  if (workers === 1) return alone;
  // Two send one another everything; more go by parts, in two rounds, and copy each part of the sum once for each other.
  const [rounds, copied] = workers === 2 ? [1, 1] : [2, (4 * (workers - 1)) / workers / 2];
  return alone + rounds * COSTS.message + COSTS.copy * copied * millions;
}

/**
 * The workers that make a step shortest, as far as each is worth it.
 * @param {import('./types.js').Division} division
 * @param {number} most
 * @returns {number}
 */
export function teamSize(division, most) {
  if (!division.divisible) return 1;
  let best = 1;
  for (let workers = 2; workers <= most; workers++) {
    if (stepTime(division, workers) < stepTime(division, best) * (1 - WORTH * (workers - best))) best = workers;
  }
  return best;
}
