// Two runs from one seed, step by step together: the one that is ahead waits.

import { dimensionPlane, principalPlane, project } from '../map/plane.js';
import { Contestant } from './contestant.js';

/** Steps that one side may be ahead. */
const LEAD = 24;
/** What is seen of both is looked at again this often. */
const LOOK_MS = 400;
/** Digits on each map. */
const DIGITS = 400;
const PIXELS = 784;

/** @typedef {import('./contestant.js').Terms} Terms */
/** @typedef {'idle' | 'loading' | 'running' | 'paused'} ContestPhase */

/**
 * @param {object} parts
 * @param {import('../api/create.js').MnistHandle} parts.mnist
 * @param {() => 'cpu' | 'webgpu'} parts.backend
 * @param {(thrown: unknown) => void} parts.report
 */
export function contest({ mnist, backend, report }) {
  /** @type {[Contestant, Contestant] | null} */
  let sides = null;
  /** @type {ContestPhase} */
  let phase = 'idle';
  let round = {};
  let onChange = () => {};
  /** @type {import('../map/plane.js').Plane | null} */
  let plane = null;

  const enter = (/** @type {ContestPhase} */ next) => {
    phase = next;
    onChange();
  };

  /** Whoever is too far ahead waits; whoever is not, goes on. */
  const keepStep = () => {
    if (!sides || phase !== 'running') return;
    const [a, b] = sides;
    for (const [one, other] of [[a, b], [b, a]]) {
      const { run } = one;
      if (!run || run.ended) continue;
      const ahead = one.step - other.step;
      if (ahead > LEAD && !run.paused && !other.run?.ended) void run.pause().catch(report);
      else if (run.paused && (ahead <= LEAD / 2 || other.run?.ended)) void run.resume().catch(report);
    }
  };

  /** @param {import('../state/digits.js').Digits} digits */
  const observe = async ({ images, labels }) => {
    if (!sides) return;
    const some = images.subarray(0, DIGITS * PIXELS);
    await Promise.all(sides.map((side) => side.observe(some, labels.subarray(0, DIGITS))));
    const [a] = sides;
    plane = a.latent <= 2 ? dimensionPlane(a.latent, 0, 1) : principalPlane(await a.components(), plane);
    onChange();
  };

  /** @param {object} mine @param {import('../state/digits.js').Digits | null} digits */
  const keepLooking = async (mine, digits) => {
    let seen = -1;
    while (round === mine && sides) {
      const steps = sides[0].step + sides[1].step;
      if (digits && steps !== seen) {
        seen = steps;
        await observe(digits);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };

  return {
    get phase() {
      return phase;
    },

    get sides() {
      return sides;
    },

    /** @param {() => void} listener called after every change */
    onChange(listener) {
      onChange = listener;
    },

    /**
     * Each side's digits on one plane: A's own where the codes are of one length.
     * @returns {Float32Array[]} n×2 each
     */
    points() {
      return (sides ?? []).map((side) => {
        const { look, latent } = side;
        if (!look || look.mu.length % Math.max(1, latent) !== 0) return new Float32Array();
        return project(look.mu, plane?.a.length === latent ? plane : dimensionPlane(latent, 0, Math.min(1, latent - 1)));
      });
    },

    /**
     * @param {[Terms, Terms]} terms
     * @param {import('../state/digits.js').Digits | null} digits
     * @param {(loaded: number, total: number | null) => void} onProgress
     */
    async start(terms, digits, onProgress) {
      const mine = {};
      round = mine;
      sides ??= [new Contestant(), new Contestant()];
      plane = null;
      enter('loading');
      try {
        await Promise.all(sides.map((side) => side.run?.stop()));
        // One after the other: the second finds the data in the browser's cache.
        for (const [i, side] of sides.entries()) await side.prepare(terms[i], backend(), mnist, onProgress);
        if (round !== mine) return;
        enter('running');
        for (const side of sides) {
          void side.follow(() => {
            if (round === mine) keepStep();
          }).catch((thrown) => {
            if (round === mine) report(thrown);
          }).finally(() => {
            if (round === mine && sides?.every(({ run }) => run?.ended)) enter('idle');
          });
          await side.run?.resume();
        }
        await keepLooking(mine, digits);
      } catch (thrown) {
        if (round !== mine) return;
        round = {};
        enter('idle');
        report(thrown);
      }
    },

    async pause() {
      if (phase !== 'running' || !sides) return;
      enter('paused');
      await Promise.all(sides.map(({ run }) => run?.pause())).catch(report);
    },

    async resume() {
      if (phase !== 'paused' || !sides) return;
      enter('running');
      await Promise.all(sides.map(({ run }) => run?.resume())).catch(report);
    },

    /** Ends both, and gives their workers and memory back. */
    close() {
      round = {};
      for (const side of sides ?? []) side.dispose();
      sides = null;
      enter('idle');
    },
  };
}
