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

/**
 * @typedef {object} Store
 * @property {Readonly<State>} state
 * @property {(patch: Partial<State>) => void} set some keys; watchers of keys whose value really changed are told, once each
 * @property {(keys: readonly (keyof State)[], notify: (state: Readonly<State>) => void) => () => void} watch calls `notify` now and
 *   whenever one of the keys changes, until the function that it returns is called
 * @property {AbortSignal} signal aborts when this store ends: what is listened to outside of it ends then too
 * @property {() => Store} scope the same state for whoever may go sooner: its end ends only its own watches
 * @property {() => void} end its watches, and those of its scopes
 */

/**
 * @param {State} [state]
 * @returns {Store}
 */
export function createStore(state = initialState()) {
  /** @type {Set<{ keys: ReadonlySet<keyof State>, notify: (state: Readonly<State>) => void, signal: AbortSignal }>} */
  const watchers = new Set();

  /** @returns {Store} */
  const face = () => {
    const life = new AbortController();
    const { signal } = life;
    return {
      get state() {
        return state;
      },
      set(patch) {
        const changed = /** @type {(keyof State)[]} */ (Object.keys(patch)).filter((key) => !Object.is(state[key], patch[key]));
        if (changed.length === 0) return;
        state = { ...state, ...patch };
        for (const watcher of [...watchers]) {
          // One that was told before may have ended this one.
          if (!watcher.signal.aborted && changed.some((key) => watcher.keys.has(key))) watcher.notify(state);
        }
      },
      watch(keys, notify) {
        const watcher = { keys: new Set(keys), notify, signal };
        if (!signal.aborted) watchers.add(watcher);
        notify(state);
        return () => watchers.delete(watcher);
      },
      signal,
      scope() {
        const inner = face();
        signal.addEventListener('abort', inner.end);
        return inner;
      },
      end() {
        for (const watcher of watchers) if (watcher.signal === signal) watchers.delete(watcher);
        life.abort();
      },
    };
  };
  return face();
}
