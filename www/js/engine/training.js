// Training from the page: which button does what in which state, and how the run's numbers reach the store.

import { loadMnist } from '../api/vae.js';

/** While training, what the model makes of the drawing is looked at again this often. */
const REFRESH_MS = 200;

/** @typedef {import('../store.js').State} State */
/** @typedef {import('../api/train-run.js').TrainRun} TrainRun */
/** @typedef {Pick<State, 'optimizer' | 'learningRate' | 'batchSize' | 'beta' | 'seed'>} Settings */

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {import('../history.js').History} history
 * @param {{ report: (thrown: unknown) => void, refresh: () => Promise<void> }} parts
 */
export function training(vae, store, history, { report, refresh }) {
  const mnist = loadMnist();
  /** @type {TrainRun | null} */
  let run = null;
  /** What the store has not been told of the run yet. @type {Partial<State>} */
  let fresh = {};
  let framed = false;
  let refreshed = 0;

  /** At most one change of the store a frame, however many steps it holds. */
  const tell = () => {
    framed = false;
    store.set({ ...fresh, historyVersion: store.state.historyVersion + 1 });
    fresh = {};
    const now = performance.now();
    if (now - refreshed < REFRESH_MS) return;
    refreshed = now;
    void refresh();
  };

  const flush = () => {
    if (Object.keys(fresh).length > 0) tell();
  };

  /**
   * Reads a run to its end.
   * @param {import('../api/train-run.js').TrainRun} current
   */
  const follow = async (current) => {
    // A run counts from one; the page counts since the weights were last set.
    const { step: stepsBefore, epoch: epochsBefore } = store.state;
    try {
      for await (const { step, epoch, loss, recon, kl, stepsPerSecond, stepsInEpoch, test } of current) {
        if (run !== current) break;
        const at = stepsBefore + step;
        history.addStep(at, { loss, recon, kl });
        Object.assign(fresh, { step: at, epoch: epochsBefore + epoch, train: { loss, recon, kl }, stepsPerSecond, stepsInEpoch });
        if (test) {
          history.addTest(at, test);
          fresh.test = test;
        }
        if (store.state.weights !== 'trained') fresh.weights = 'trained';
        if (framed) continue;
        framed = true;
        requestAnimationFrame(tell);
      }
    } catch (thrown) {
      report(thrown);
    }
    if (run !== current) return;
    run = null;
    flush();
    store.set({ run: 'idle' });
    await refresh();
  };

  /** @param {boolean} paused */
  const begin = async (paused) => {
    store.set({ run: 'loading', error: null, notice: null });
    try {
      await vae.setDataset(mnist, { onProgress: (loaded, total) => store.set({ data: { loaded, total } }) });
      store.set({ data: null, dataReady: true });
      // Reset or another model came while the data did.
      if (store.state.run !== 'loading') return;
      const { optimizer, learningRate, batchSize, beta, seed } = store.state;
      run = vae.train(mnist, { optimizer, learningRate, batchSize, beta, seed, paused });
      store.set({ run: paused ? 'paused' : 'running' });
      void follow(run);
    } catch (thrown) {
      store.set({ data: null, run: 'idle' });
      report(thrown);
    }
  };

  /**
   * Brings a run to rest; the page says so once it is true and the last numbers are shown.
   * @param {TrainRun} current
   * @param {() => Promise<void>} act
   */
  const hold = async (current, act) => {
    await act().catch(report);
    await settled();
    flush();
    if (run !== current) return;
    store.set({ run: 'paused' });
    await refresh();
  };

  /** Ends the run and keeps the weights. */
  const end = async () => {
    const current = run;
    run = null;
    flush();
    store.set({ run: 'idle' });
    await current?.stop().catch(report);
  };

  const forget = () => {
    history.clear();
    fresh = {};
    store.set({
      step: 0, epoch: 0, stepsInEpoch: 0, stepsPerSecond: 0, train: null, test: null,
      historyVersion: store.state.historyVersion + 1,
    });
  };

  return {
    async train() {
      if (store.state.run === 'idle') return begin(false);
      if (store.state.run !== 'paused' || !run) return;
      store.set({ run: 'running', notice: null });
      await run.resume().catch(report);
    },

    async pause() {
      if (store.state.run !== 'running' || !run) return;
      const current = run;
      await hold(current, () => current.pause());
    },

    async step() {
      if (store.state.run === 'idle') await begin(true);
      if (!run || store.state.run === 'loading') return;
      const current = run;
      await hold(current, () => current.step());
    },

    end,
    forget,

    /**
     * Changes hyperparameters: β and the learning rate act at once, the others end a run.
     * @param {Partial<Settings>} changes
     */
    async configure(changes) {
      store.set(changes);
      if (!run) return;
      const { beta, learningRate, ...structural } = changes;
      if (Object.keys(structural).length > 0) {
        await end();
        store.set({ notice: 'notice.runEnded' });
      } else {
        await vae.setHyperparameters({ beta, learningRate }).catch(report);
      }
    },
  };
}

/** Lets the loop that reads the run take what has arrived. */
function settled() {
  return new Promise((resolve) => setTimeout(resolve));
}
