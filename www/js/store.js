// The page's whole state in one typed object. Views watch keys; engine actions and controls set them.

/** A stroke is a list of points in the sketchpad's unit square: x0, y0, x1, y1, …
 * @typedef {number[]} Stroke */

/** @typedef {'idle' | 'loading' | 'running' | 'paused'} RunState */

/**
 * @typedef {object} State
 * @property {'en' | 'zh'} lang
 * @property {'auto' | 'light' | 'dark'} theme
 * @property {readonly string[]} hide names of parts a teacher has taken away
 * @property {import('./api/types.js').BackendRequest} requestedBackend
 * @property {import('./api/types.js').BackendInfo | null} backend
 * @property {import('./api/types.js').VaeSpec | null} spec
 * @property {number} parameterCount
 * @property {readonly import('./api/types.js').Preset[]} presets
 * @property {string} preset
 * @property {'adam' | 'rmsprop' | 'sgd'} optimizer
 * @property {number} learningRate
 * @property {number} batchSize
 * @property {number} beta
 * @property {number} seed
 * @property {readonly Stroke[]} strokes
 * @property {Float32Array | null} input 784 pixels that the model sees; null while the pad is blank
 * @property {Float32Array | null} mu
 * @property {Float32Array | null} sigma
 * @property {Float32Array | null} z
 * @property {'mu' | 'sample' | 'hand'} zSource where z comes from
 * @property {Float32Array | null} reconstruction 784 probabilities
 * @property {Float32Array | null} samples n×784 probabilities
 * @property {number} sampleSeed
 * @property {RunState} run
 * @property {'pretrained' | 'random' | 'trained' | 'file'} weights
 * @property {number} step optimiser steps since the weights were last set
 * @property {number} epoch
 * @property {number} stepsInEpoch
 * @property {number} stepsPerSecond
 * @property {import('./api/types.js').Losses | null} train the latest step's
 * @property {import('./api/types.js').Losses | null} test the latest epoch's, held-out
 * @property {number} historyVersion grows whenever the chart's series changed
 * @property {{ loaded: number, total: number | null } | null} data bytes of the dataset while it is fetched
 * @property {boolean} dataReady
 * @property {{ code: string, message: string } | null} error
 * @property {string | null} notice key of a passing remark
 * @property {boolean} ready
 */

/** @returns {State} */
export function initialState() {
  return {
    lang: 'en', theme: 'auto', hide: [],
    requestedBackend: 'auto', backend: null, spec: null, parameterCount: 0, presets: [],
    preset: 'dense-20', optimizer: 'adam', learningRate: 1e-3, batchSize: 128, beta: 1, seed: 1,
    strokes: [], input: null, mu: null, sigma: null, z: null, zSource: 'mu', reconstruction: null,
    samples: null, sampleSeed: 1,
    run: 'idle', weights: 'pretrained', step: 0, epoch: 0, stepsInEpoch: 0, stepsPerSecond: 0,
    train: null, test: null, historyVersion: 0,
    data: null, dataReady: false, error: null, notice: null, ready: false,
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
