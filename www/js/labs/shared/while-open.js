// Work that follows the state, but only while somebody can see it.

import { latest } from '../../latest.js';

/** While training, weights change many times a second; work over many digits is done again this often. */
const TRAINING_MS = 1500;

/**
 * Does `work` now and whenever one of the keys has changed, while the tab is open; else when it is opened again.
 * A failure is reported, unless the model was exchanged meanwhile, which asks for the work again.
 * @param {{ store: import('../../store.js').Store, engine: import('../../engine/engine.js').Engine }} page
 * @param {import('../../state/page.js').Tab} tab
 * @param {readonly (keyof import('../../store.js').State)[]} keys
 * @param {() => Promise<void>} work
 * @param {{ heavy?: boolean }} [options] heavy work is spaced out while a training runs
 * @returns {() => void} does the work again, for what is not in the store
 */
export function whileOpen({ store, engine }, tab, keys, work, { heavy = false } = {}) {
  /** @type {unknown[] | null} */
  let done = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let ended = -Infinity;
  const run = latest((/** @type {null} */ _) => attempt(engine, work).then(() => void (ended = performance.now())));

  const look = () => {
    const { state } = store;
    if (state.tab !== tab || timer !== undefined) return;
    const now = keys.map((key) => state[key]);
    if (done?.every((value, i) => Object.is(value, now[i]))) return;
    const wait = heavy && state.run === 'running' ? TRAINING_MS - (performance.now() - ended) : 0;
    if (wait > 0) {
      timer = setTimeout(() => {
        timer = undefined;
        look();
      }, wait);
      return;
    }
    done = now;
    void run(null);
  };
  store.watch(['tab', ...keys], look);
  return () => {
    done = null;
    look();
  };
}

/**
 * @param {import('../../engine/engine.js').Engine} engine
 * @param {() => Promise<void>} work
 */
export async function attempt(engine, work) {
  const { spec } = engine.model;
  try {
    await work();
  } catch (thrown) {
    // Sizes of the old model are no fault of anybody's.
    if (engine.model.spec === spec) engine.report(thrown);
  }
}
