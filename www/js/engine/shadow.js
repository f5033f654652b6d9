// The Vae that trains, in a worker of its own, so that training never keeps a drawing waiting. It begins with the parameters of the
// one that the page shows, and hands its own back.

import { Lock } from '../api/lock.js';
import { VaeError, toVaeError } from '../api/errors.js';
import { Vae } from '../api/vae.js';

/** Two cores are for one worker that trains, and for the page: with a second one, frames and strokes would come late. */
const ROOMY = navigator.hardwareConcurrency > 2;

/** @param {Vae} vae what the page shows */
export function shadow(vae) {
  const exchange = new Lock();
  /** @type {Promise<Vae> | null} */
  let opening = null;
  /** @type {Vae | null} */
  let twin = null;
  let ended = false;
  /** @type {((backend: import('../api/types.js').BackendInfo) => void)[]} */
  const listeners = [];

  /** What was chosen for it because the shown one runs there is explained as that one's. @param {import('../api/types.js').BackendInfo} own */
  const explained = (own) => {
    const { kind, reason, reasonCode } = vae.backend;
    return own.reasonCode === 'requested' && own.kind === kind ? { ...own, reason, reasonCode } : own;
  };
  /** @param {import('../api/types.js').BackendInfo} own */
  const tell = (own) => {
    for (const listener of listeners) listener(explained(own));
  };

  const create = async () => {
    // Where nobody asked for a backend, this one may find by measuring that the other is faster.
    const { kind, reasonCode } = vae.backend;
    const backend = ['requested', 'device-lost', 'gpu-failed'].includes(reasonCode) ? kind : 'auto';
    const made = await Vae.create({ model: vae.spec, backend, weights: 'random', workers: ROOMY ? 'auto' : 1 });
    made.onBackendChange(tell);
    twin = made;
    return made;
  };

  return {
    /** The Vae that trains, once it was opened. */
    get twin() {
      return twin;
    },

    /** One that could not be opened is tried again. @returns {Promise<Vae>} */
    open() {
      if (ended) return Promise.reject(new VaeError('disposed', 'the Vae that trains has been disposed'));
      opening ??= create().catch((thrown) => {
        opening = null;
        throw thrown;
      });
      return opening;
    },

    /** @param {(backend: import('../api/types.js').BackendInfo) => void} listener */
    onBackendChange(listener) {
      listeners.push(listener);
    },

    /**
     * Parameters are handed over, or replaced, by one at a time.
     * @template T
     * @param {() => Promise<T>} task
     * @returns {Promise<T>}
     */
    exclusively(task) {
      return exchange.run(task);
    },

    /** The twin becomes what is shown: the same spec, the same parameters. To be called exclusively. */
    async follow() {
      const training = await this.open();
      if (JSON.stringify(training.spec) !== JSON.stringify(vae.spec)) await training.setModel({ model: vae.spec, weights: 'random' });
      await training.setParameters(await vae.parameters());
      tell(training.backend);
    },

    /** Ends its worker, also one that is on its way; whoever needs one opens another. */
    dispose() {
      ended = true;
      opening?.then((made) => made.dispose(), () => {});
      opening = null;
      twin = null;
    },

    /**
     * What is shown becomes what the twin is. To be called exclusively, while the specs agree.
     * @returns {Promise<boolean>} whether it did
     */
    async handOver() {
      if (!twin) return false;
      const values = await twin.parameters();
      try {
        await vae.setParameters(values);
        return true;
      } catch (thrown) {
        // Numbers that are not finite: the run's own guard is about to put the last good ones back.
        if (toVaeError(thrown).details.at !== 'parameters') throw thrown;
        return false;
      }
    },
  };
}
