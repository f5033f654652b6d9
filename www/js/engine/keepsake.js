// A model with all that belongs to its training, taken out and put back: weights, where the run stood, its curves.

import { SETTING_KEYS } from '../recipe.js';

/** @typedef {import('../store.js').State} State */

/** Keys of the state that say where a training stands and how it went on. */
const KEPT = /** @type {const} */ ([
  'preset', 'weights', ...SETTING_KEYS, 'initialisation', 'dataBias', 'step', 'epoch', 'epochsDone', 'stepsInEpoch', 'train', 'test',
]);

/**
 * Holds nothing that a structured clone loses.
 * @typedef {object} Keepsake
 * @property {Uint8Array} bytes a safetensors file
 * @property {Pick<State, typeof KEPT[number]>} state
 * @property {object} history the curves' own fields
 */

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {import('../history.js').History} history
 * @param {object} parts
 * @param {(thrown: unknown) => void} parts.report
 * @param {() => Promise<Uint8Array>} parts.newest the weights as a file, also while they are trained
 * @param {() => void} parts.flush tells the store all that is known of the run
 * @param {(weights: State['weights'], replace: () => Promise<void>, mayBeRefused: boolean) => Promise<boolean>} parts.replaceWeights
 */
export function keepsakes(vae, store, history, { report, newest, flush, replaceWeights }) {
  return {
    /** @returns {Promise<Keepsake | null>} null where it failed, which has been reported */
    async keep() {
      try {
        const bytes = await newest();
        // Curves and counters of one moment: steps went on while the file was made.
        flush();
        const { state } = store;
        const kept = /** @type {Keepsake['state']} */ (Object.fromEntries(KEPT.map((key) => [key, state[key]])));
        return { bytes, state: kept, history: structuredClone({ ...history }) };
      } catch (thrown) {
        report(thrown);
        return null;
      }
    },

    /**
     * A run that goes on ends. The optimiser begins with moments of zero, as in any new run.
     * @param {Keepsake} kept
     * @returns {Promise<boolean>} whether it was taken; where not, nothing has changed
     */
    async putBack(kept) {
      if (!(await replaceWeights(kept.state.weights, () => vae.load(kept.bytes.slice()), true))) return false;
      Object.assign(history, structuredClone(kept.history));
      store.set({ ...kept.state, notice: null, historyVersion: store.state.historyVersion + 1 });
      return true;
    },
  };
}
