// Keeps what was trained here in this browser: now and then, when it comes to rest, and when the page is left.

import { latest } from '../latest.js';
import { Visits } from './database.js';
import { beHere, whoIsHere } from './presence.js';

/** While a training runs, at most this often: a large model takes a while to write. */
const EVERY_MS = 20_000;
/** Visits kept at most, and for how long. */
const KEPT = 5;
const AGE_MS = 30 * 24 * 3600 * 1000;

/** @typedef {import('./database.js').Visit} Visit */
/** @typedef {import('../store.js').State} State */

/**
 * @param {Readonly<State>} state
 * @returns {boolean} whether there is anything that cannot be had again by loading the page
 */
function worthKeeping({ weights, guide }) {
  // What a guide does on the page is not the person's own.
  return guide === null && (weights === 'trained' || weights === 'file');
}

/**
 * @param {import('../store.js').Store} store
 * @param {Pick<import('../engine/engine.js').Engine, 'keep' | 'putBack' | 'lay'>} engine
 */
export function autosave(store, engine, visits = new Visits()) {
  const id = crypto.randomUUID?.() ?? String(Math.random());
  /** What is being put back is not whole yet. */
  let puttingBack = false;
  let refused = false;
  /** What the last save held. @type {unknown[]} */
  let saved = [];

  const marks = () => {
    const { weights, weightsVersion, step, strokes, picture, optimizer, learningRate, batchSize, beta, seed } = store.state;
    return [weights, weightsVersion, step, strokes, picture, optimizer, learningRate, batchSize, beta, seed];
  };

  const write = latest(async (/** @type {null} */ _) => {
    if (refused || puttingBack || !worthKeeping(store.state)) return;
    const now = marks();
    if (now.every((mark, i) => Object.is(mark, saved[i]))) return;
    try {
      const { strokes, picture, pictureDigit } = store.state;
      const keepsake = await engine.keep();
      if (!keepsake) return;
      await visits.put({ id, savedAt: Date.now(), keepsake, sheet: { strokes, picture, pictureDigit } });
      saved = now;
    } catch {
      // Storage that is full or forbidden costs nothing but this; saying so once is enough.
      refused = true;
      store.set({ notice: 'keep.refused' });
    }
  });
  const save = () => write(null);

  const begin = () => {
    beHere(id);
    // At the pause, at the end, and whenever something else is at rest.
    store.watch(['run', 'weights', 'guide'], ({ run }) => void (run === 'running' || save()));
    // By a timer, which goes on in a tab that no one looks at.
    setInterval(() => void (store.state.run === 'running' && save()), EVERY_MS);
    document.addEventListener('visibilitychange', () => void (document.hidden && save()));
    addEventListener('pagehide', () => void save());
  };

  return {
    begin,
    save,

    /** @returns {Promise<Visit | null>} the latest visit that no open tab goes on with; others too old or too many go */
    async left() {
      try {
        const [all, here] = [await visits.all(), await whoIsHere()];
        const left = all.filter((visit) => visit.id !== id && !here.has(visit.id));
        const old = left.filter(({ savedAt: when }, i) => i >= KEPT || Date.now() - when > AGE_MS);
        await Promise.all(old.map((visit) => visits.remove(visit.id)));
        return left.find((visit) => !old.includes(visit)) ?? null;
      } catch {
        // A browser that keeps nothing has nothing to offer.
        return null;
      }
    },

    /**
     * Goes on with a visit; once this one is saved, the old record goes.
     * @param {Visit} visit
     */
    async goOn(visit) {
      puttingBack = true;
      try {
        if (!(await engine.putBack(visit.keepsake))) return;
        await engine.lay(visit.sheet);
      } finally {
        puttingBack = false;
      }
      await save();
      if (saved.length > 0) await visits.remove(visit.id).catch(() => {});
    },

    /** @param {Visit} visit */
    async forget(visit) {
      await visits.remove(visit.id).catch(() => {});
    },
  };
}
