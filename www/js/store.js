// The page's whole state in one typed object, in slices. Views watch keys; engine actions and controls set them.

import { digitsState } from './state/digits.js';
import { drawingState } from './state/drawing.js';
import { insideState } from './state/inside.js';
import { latentState } from './state/latent.js';
import { learnState } from './state/learn.js';
import { mapState } from './state/map.js';
import { modelState } from './state/model.js';
import { pageState } from './state/page.js';
import { qualityState } from './state/quality.js';
import { runState } from './state/run.js';
import { samplesState } from './state/samples.js';

/** @typedef {import('./state/drawing.js').Stroke} Stroke */

/** @typedef {ReturnType<typeof initialState>} State */

export function initialState() {
  return {
    ...pageState(), ...modelState(), ...drawingState(), ...digitsState(), ...insideState(), ...latentState(), ...mapState(),
    ...qualityState(),
    ...samplesState(), ...runState(), ...learnState(),
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/** @param {State} [state] */
export function createStore(state = initialState()) {
  /** @type {Set<{ keys: ReadonlySet<keyof State>, notify: (state: Readonly<State>) => void }>} */
  const watchers = new Set();
  return {
    /** @returns {Readonly<State>} */
    get state() {
      return state;
    },
    /**
     * Sets some keys; watchers of keys whose value really changed are told, once each.
     * @param {Partial<State>} patch
     */
    set(patch) {
      const changed = /** @type {(keyof State)[]} */ (Object.keys(patch)).filter((key) => !Object.is(state[key], patch[key]));
      if (changed.length === 0) return;
      state = { ...state, ...patch };
      for (const { keys, notify } of [...watchers]) {
        if (changed.some((key) => keys.has(key))) notify(state);
      }
    },
    /**
     * Calls `notify` now and whenever one of the keys changes.
     * @param {readonly (keyof State)[]} keys
     * @param {(state: Readonly<State>) => void} notify
     * @returns {() => void} ends the watch
     */
    watch(keys, notify) {
      const watcher = { keys: new Set(keys), notify };
      watchers.add(watcher);
      notify(state);
      return () => watchers.delete(watcher);
    },
  };
}
