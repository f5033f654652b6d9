// What the stops of the tour do on the live page. Each ends early where its signal is aborted.

import { exampleStrokes } from '../../digits.js';
import { loudest } from './numbers.js';

/** @typedef {{ store: import('../../store.js').Store, engine: import('../../engine/engine.js').Engine, signal: AbortSignal }} Stage */

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>} settles early where the signal is aborted
 */
export function wait(ms, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** Whoever wants less motion sees a few still pictures instead. */
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * Calls `at` with shares of the way, from just above 0 to 1.
 * @param {Stage} stage
 * @param {number} ms
 * @param {(share: number) => void} at
 */
async function go({ signal }, ms, at) {
  const count = calm() ? 5 : Math.round(ms / 50);
  for (let i = 1; i <= count && !signal.aborted; i++) {
    at(i / count);
    await wait(ms / count, signal);
  }
}

/**
 * Writes a digit stroke by stroke.
 * @param {Stage} stage
 * @param {number} digit
 */
export async function write(stage, digit) {
  const strokes = exampleStrokes(digit);
  const count = strokes.reduce((n, { points }) => n + points.length / 2, 0);
  await go(stage, 1600, (share) => {
    let left = Math.ceil(count * share);
    const drawn = strokes.map(({ points }) => {
      const taken = points.slice(0, 2 * Math.max(0, left));
      left -= points.length / 2;
      return { points: taken };
    });
    // What the tour draws is no step of the person's own to be undone.
    void stage.engine.draw(drawn.filter(({ points }) => points.length > 0), { over: null, continues: true });
  });
}

/**
 * Ten draws of z from the encoder's cloud.
 * @param {Stage} stage
 */
export async function throwDice({ engine, signal }) {
  for (let i = 0; i < 10 && !signal.aborted; i++) {
    engine.sampleLatent();
    await wait(calm() ? 900 : 420, signal);
  }
}

/**
 * The number that says most goes from −2.5 to 2.5 and back.
 * @param {Stage} stage
 */
export async function slide(stage) {
  const { mu, sigma } = stage.store.state;
  if (!mu || !sigma) return;
  const [j] = loudest(mu, sigma);
  const from = mu[j] / 2.5;
  await go(stage, 5000, (share) => stage.engine.setLatent(j, 2.5 * Math.sin(2 * Math.PI * share + Math.asin(Math.max(-1, Math.min(1, from))))));
  stage.engine.latentToMean();
}

/**
 * Once around the middle of the map.
 * @param {Stage} stage
 */
export async function walk(stage) {
  const { mu, sigma } = stage.store.state;
  if (!mu || !sigma) return;
  const [i, j = i] = loudest(mu, sigma).slice(0, 2).sort((a, b) => a - b);
  await go(stage, 6000, (share) => {
    stage.engine.setLatent(i, 1.4 * Math.cos(2 * Math.PI * share));
    if (j !== i) stage.engine.setLatent(j, 1.4 * Math.sin(2 * Math.PI * share));
  });
  stage.engine.latentToMean();
}

/**
 * New digits from the prior, a few sheets of them.
 * @param {Stage} stage
 */
export async function dream({ engine, signal }) {
  for (let i = 0; i < 4 && !signal.aborted; i++) {
    await engine.resample();
    await wait(900, signal);
  }
}
