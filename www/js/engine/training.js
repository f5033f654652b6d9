// Training from the page: which button does what in which state, and how the run's numbers and weights reach the store.

import { toVaeError } from '../api/errors.js';
import { runSettings } from '../recipe.js';
import { restartNotice } from './restart-notice.js';

/** While training, the weights are handed to what is shown this often, at most. */
const HAND_OVER_MS = 125;
/** Numbers that change more often than this nobody reads, and each change lays the page out anew. */
const TELL_MS = 100;

/** @typedef {import('../store.js').State} State */
/** @typedef {import('../api/train-run.js').TrainRun} TrainRun */
/** @typedef {import('../state/run.js').Settings} Settings */

/**
 * @param {ReturnType<typeof import('./shadow.js').shadow>} shadow
 * @param {import('../store.js').Store} store
 * @param {import('../history.js').History} history
 * @param {{ mnist: import('../api/create.js').MnistHandle, report: (thrown: unknown) => void, refresh: () => Promise<void> }} parts
 */
export function training(shadow, store, history, { mnist, report, refresh }) {
  /** @type {TrainRun | null} */
  let run = null;
  /** The newest wish to begin; an older one gives way. */
  let beginning = {};
  /** What the store has not been told of the run yet. @type {Partial<State>} */
  let fresh = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let telling;
  let toldAt = -Infinity;
  /** The step whose weights are shown: what a worker that fails cannot take away. */
  let handed = 0;

  const tell = () => {
    clearTimeout(telling);
    telling = undefined;
    toldAt = performance.now();
    store.set({ ...fresh, historyVersion: store.state.historyVersion + 1 });
    fresh = {};
  };

  const flush = () => {
    if (Object.keys(fresh).length > 0) tell();
  };

  /** @param {TrainRun} current @returns {Promise<boolean | void>} whether what is shown is what it had come to when this was asked */
  const handOver = (current) => shadow.exclusively(async () => run === current && shadow.handOver()).catch(report);

  /** What is shown follows the run, until it rests. @param {TrainRun} current */
  const keepHandingOver = async (current) => {
    let shown = -1;
    while (run === current && !current.ended) {
      const began = performance.now();
      const { step } = { ...store.state, ...fresh };
      if (step !== shown && !current.paused) {
        shown = step;
        if ((await handOver(current)) && run === current) handed = step;
        // The weights that are looked at next and the number of their steps belong together.
        if (run === current) flush();
        await refresh();
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, HAND_OVER_MS - (performance.now() - began))));
    }
  };

  /**
   * Reads a run to its end.
   * @param {TrainRun} current
   */
  const follow = async (current) => {
    // A run counts from one; the page counts since the weights were last set.
    const { step: stepsBefore, epochsDone: epochsBefore } = store.state;
    store.set({ epochsBefore });
    handed = stepsBefore;
    try {
      for await (const { step, epoch, loss, recon, kl, stepsPerSecond, stepsInEpoch, test } of current) {
        if (run !== current) break;
        const at = stepsBefore + step;
        history.addStep(at, { loss, recon, kl });
        Object.assign(fresh, { step: at, epoch: epochsBefore + epoch, train: { loss, recon, kl }, stepsPerSecond, stepsInEpoch, epochStep: ((step - 1) % stepsInEpoch) + 1 });
        if (test) {
          history.addTest(at, test);
          fresh.test = test;
          fresh.epochsDone = epochsBefore + epoch;
        }
        if (store.state.weights !== 'trained') fresh.weights = 'trained';
        telling ??= setTimeout(tell, Math.max(0, toldAt + TELL_MS - performance.now()));
      }
    } catch (thrown) {
      report(thrown);
      const { code, details: { at, restored } } = toVaeError(thrown);
      // What the one that trained has now may be older than what is shown.
      if ((at === 'worker' || code === 'device-lost') && run === current) return goOn(current, epochsBefore, code);
      if (ended(thrown)) shadow.dispose();
      // Its last numbers are of weights that are gone.
      if (run === current && restored !== undefined) Object.assign(fresh, history.backTo(stepsBefore + restored));
    }
    await handOver(current);
    if (run !== current) return;
    run = null;
    flush();
    store.set({ run: 'idle' });
    await refresh();
  };

  /**
   * The worker or the GPU's device failed, and another worker, or the CPU, took its place: a run that does what was left to do begins
   * with the weights that are shown.
   * @param {TrainRun} lost
   * @param {number} epochsBefore it
   * @param {import('../api/errors.js').VaeErrorCode} code
   */
  const goOn = async ({ paused }, epochsBefore, code) => {
    Object.assign(fresh, history.backTo(handed), { step: handed });
    run = null;
    flush();
    const { epochs, warmupEpochs, seed } = store.state;
    const done = store.state.epochsDone - epochsBefore;
    const left = { epochs: epochs && Math.max(1, epochs - done), warmupEpochs: Math.max(0, warmupEpochs - done), seed: (seed + handed) >>> 0 };
    await begin(paused, left);
    store.set({ notice: code === 'device-lost' ? 'notice.device' : restartNotice(shadow.twin) });
  };

  /** The training set, for the Vae that trains. */
  const fetchData = async () => {
    const twin = await shadow.open();
    try {
      await twin.setDataset(mnist, { onProgress: (loaded, total) => store.set({ data: { loaded, total } }) });
      store.set({ dataReady: true });
    } finally {
      store.set({ data: null });
    }
    return twin;
  };

  /**
   * @param {boolean} paused
   * @param {Partial<Settings>} [other] than the page's settings
   * @param {boolean} [again] after a worker failed at it
   */
  const begin = async (paused, other = {}, again = false) => {
    const mine = {};
    beginning = mine;
    store.set({ run: 'loading', error: null, notice: null });
    // Reset or another model may come while the data do.
    const wanted = () => beginning === mine && store.state.run === 'loading';
    try {
      const twin = await fetchData();
      await shadow.exclusively(async () => {
        if (!wanted()) return;
        await shadow.follow();
        if (!wanted()) return;
        run = twin.train(mnist, { ...runSettings({ ...store.state, ...other }), paused });
      });
      if (!run || !wanted()) return;
      store.set({ run: paused ? 'paused' : 'running' });
      void follow(run);
      void keepHandingOver(run);
    } catch (thrown) {
      report(thrown);
      // Another worker, perhaps without a GPU, has taken the place of the one that failed.
      if (!again && toVaeError(thrown).details.at === 'worker' && wanted()) {
        await begin(paused, other, true);
        if (run) store.set({ notice: restartNotice(shadow.twin) });
        return;
      }
      if (beginning === mine) store.set({ run: 'idle' });
      if (ended(thrown)) shadow.dispose();
    }
  };

  /**
   * Brings a run to rest; the page says so once it is true, and the last numbers and weights are shown.
   * @param {TrainRun} current
   * @param {() => Promise<void>} act
   */
  const hold = async (current, act) => {
    await act().catch(report);
    await settled();
    flush();
    await handOver(current);
    await refresh();
    // Unless it was told to go on meanwhile.
    if (run === current && current.paused) store.set({ run: 'paused' });
  };

  /** Ends the run and leaves what is shown as it is. */
  const drop = async () => {
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
      step: 0, epoch: 0, epochsDone: 0, stepsInEpoch: 0, epochStep: 0, epochsBefore: 0, stepsPerSecond: 0, train: null, test: null,
      historyVersion: store.state.historyVersion + 1,
    });
  };

  /** Ends the run and keeps its weights. */
  const end = async () => {
    const current = run;
    if (!current) return drop();
    await current.stop().catch(report);
    await handOver(current);
    if (run === current) await drop();
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
    drop,
    forget,
    fetchData,

    /**
     * Where a training step's time goes, with the settings as they are; weights and a run stay.
     * @returns {Promise<import('../api/profile.js').Profile>}
     */
    async profile() {
      const twin = await fetchData();
      await shadow.exclusively(async () => {
        if (store.state.run === 'idle') await shadow.follow();
      });
      return twin.profile({ settings: runSettings(store.state) });
    },

    /** A run that waits for its first step, with the data there. */
    async prepare() {
      if (store.state.run === 'idle') await begin(true);
    },

    /** What has happened is told at once, not with the next of its turns. */
    flush,

    /** What is shown becomes what the run has come to. */
    async catchUp() {
      flush();
      if (run) await handOver(run);
    },

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
        await refresh();
      } else {
        await shadow.twin?.setHyperparameters({ beta, learningRate }).catch(report);
      }
    },
  };
}

/**
 * Whether a Vae is at its end: its worker failed, and so did those that followed. Another is opened for the next run.
 * @param {unknown} thrown
 */
function ended(thrown) {
  const { code, details } = toVaeError(thrown);
  return code === 'internal' && details.at !== 'worker';
}

/** Lets the loop that reads the run take what has arrived. */
function settled() {
  return new Promise((resolve) => setTimeout(resolve));
}
