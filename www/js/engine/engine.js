// Everything the page can do, in one object handed to every view. Talks to the Vae, writes to the store, knows no element.

import { toVaeError } from '../api/errors.js';
import { PRETRAINED_PRESETS } from '../api/assets.js';
import { loadMnist } from '../api/create.js';
import { History } from '../history.js';
import { presetName } from '../preset-name.js';
import { plausible, presetSettings, runSettings } from '../recipe.js';
import { expectShowable } from '../showable.js';
import { OWN_MODEL } from '../state/model.js';
import { atlas } from './atlas.js';
import { contest } from './contest.js';
import { drawing } from './drawing.js';
import { restWhileHidden } from './hidden-tab.js';
import { inside } from './inside.js';
import { inference } from './inference.js';
import { keepsakes } from './keepsake.js';
import { model } from './model.js';
import { quality } from './quality.js';
import { restartNotice } from './restart-notice.js';
import { shadow } from './shadow.js';
import { someDigits } from './some-digits.js';
import { training } from './training.js';

/** @typedef {ReturnType<typeof createEngine>} Engine */

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {import('../api/create.js').MnistHandle} [mnist] what runs train on
 */
export function createEngine(vae, store, mnist = loadMnist()) {
  const history = new History();
  const report = (/** @type {unknown} */ thrown) => {
    const { code, message, details } = toVaeError(thrown);
    // What is lost with a worker is asked again of the next one.
    if (details.at === 'worker') {
      // What was told of it may say more.
      if (store.state.notice !== 'notice.gpu') store.set({ notice: 'notice.worker' });
      return;
    }
    // Asked of a model that has been replaced; of the new one it is asked again.
    if (code !== 'aborted') store.set({ error: { code, message } });
  };
  const pictures = inference(vae, store, report);
  const map = atlas(vae, store, report);
  const pad = drawing(vae, store, { look: pictures.look, report });
  const look = inside(vae, store, report);
  quality(vae, store, report);
  const trainee = shadow(vae);
  const trainer = training(trainee, store, history, { mnist, report, refresh: pictures.refresh });
  restWhileHidden(store, trainer);
  const sides = contest({ mnist, backend: () => vae.backend.kind, report });

  const adopt = () => {
    const { spec, backend, parameterCount, presets } = vae;
    // A file's model, or a link's, may be another than the one chosen before.
    store.set({ spec, backend, parameterCount, presets, preset: presetName(spec, presets, store.state.preset) });
  };
  vae.onBackendChange((backend) => store.set({ backend }));
  trainee.onBackendChange((backend) => store.set({ backend }));
  // Its weights are those of about a second ago; whatever was asked of the one before is asked again.
  vae.onRestart(() => {
    store.set({ notice: restartNotice(vae) });
    void pictures.refresh();
  });

  /**
   * Replaces the weights: the run ends, counters and curves start afresh, everything shown is looked at again.
   * @param {State['weights']} weights
   * @param {() => Promise<void>} replace where it fails, the old weights stay and so do the curves
   * @param {boolean} [mayBeRefused] the run goes on until the new weights are taken
   * @typedef {import('../store.js').State} State
   */
  const replaceWeights = async (weights, replace, mayBeRefused = false) => {
    const ran = store.state.run !== 'idle';
    // What is refused must not cost the run; what is taken ends it in the worker too.
    if (!mayBeRefused) await trainer.end();
    try {
      // Nothing is handed over meanwhile: it would undo the change.
      await trainee.exclusively(async () => {
        await replace();
        await trainer.drop();
      });
    } catch (thrown) {
      report(thrown);
      return false;
    }
    trainer.forget();
    map.forget();
    adopt();
    store.set({ weights, error: null, notice: ran ? 'notice.replaced' : null });
    await pictures.refresh();
    return true;
  };

  /** Resolves once no other weights are on their way. */
  const settled = () => trainee.exclusively(async () => {});

  /** The weights as a safetensors file, also while they are trained. */
  const newest = async () => {
    await trainer.catchUp();
    return vae.save();
  };

  return {
    history,
    report,
    contest: sides,
    model: model(vae),
    draw: pad.draw,
    clear: pad.clear,
    lay: pad.lay,
    pick: pad.pick,
    importImage: pad.importImage,
    lookAt: look.lookAt,
    undo: pad.undo,
    redo: pad.redo,
    setLatent: pictures.setLatent,
    setZ: pictures.setZ,
    previewZ: pictures.previewZ,
    endPreview: pictures.endPreview,
    setLabel: pictures.setLabel,
    decodeMany: map.decodeMany,
    latentToMean: pictures.latentToMean,
    sampleLatent: pictures.sampleLatent,
    resample: pictures.resample,
    refresh: pictures.refresh,
    // Asked for while other weights are on their way, it begins with those.
    train: () => settled().then(trainer.train),
    pause: trainer.pause,
    step: () => settled().then(trainer.step),
    prepare: trainer.prepare,
    profile: () => settled().then(trainer.profile),
    configure: trainer.configure,
    ...keepsakes(vae, store, history, { report, newest, flush: trainer.flush, replaceWeights }),

    /**
     * How far the code is from explaining the image, and which way is downhill.
     * @param {Float32Array} z
     * @param {Float32Array} input 784 pixels
     * @returns {Promise<{ recon: number, dz: Float32Array } | null>} nats, and their gradient; null where it failed
     */
    async latentGradient(z, input) {
      try {
        const { spec, label } = store.state;
        const { recon, dz } = await vae.latentGradient(z, input, { labels: spec?.classes ? Uint8Array.of(label) : undefined });
        return { recon: recon[0], dz };
      } catch (thrown) {
        report(thrown);
        return null;
      }
    },

    /**
     * Pictures through the code's mean and back.
     * @param {Float32Array} images n×784
     * @param {Uint8Array} labels n
     * @returns {Promise<Float32Array | null>} n×784; null where it failed, which has been reported
     */
    async reconstructMany(images, labels) {
      try {
        const of = model(vae);
        const { mu } = await of.encode(images, labels);
        return await of.decode(mu, labels);
      } catch (thrown) {
        if (toVaeError(thrown).code !== 'invalid-argument') report(thrown);
        return null;
      }
    },

    /**
     * What a spec would give, or where and why it cannot be built.
     * @param {import('../api/types.js').VaeSpec} spec
     * @returns {Promise<{ description: import('../api/types.js').SpecDescription | null, at?: string, problem?: string }>}
     */
    async describe(spec) {
      try {
        const description = await vae.check.spec(spec);
        expectShowable(spec, 'invalid-spec');
        return { description };
      } catch (thrown) {
        const { code, message, details } = toVaeError(thrown);
        if (code !== 'invalid-spec') report(thrown);
        return { description: null, at: details.at, problem: message.replace(`spec, ${details.at}: `, '') };
      }
    },

    /**
     * Another network in place of this one, with random weights.
     * @param {import('../api/types.js').VaeSpec} spec
     * @returns {Promise<boolean>} whether it could be built; the old one stays where not
     */
    async applySpec(spec) {
      const { seed, initialisation } = store.state;
      const done = await replaceWeights('random', () => vae.setModel({ model: spec, seed, weights: 'random', initialisation }), true);
      if (done) store.set({ preset: OWN_MODEL, dataBias: false });
      return done;
    },

    /**
     * Whether a run would take these settings beside the others.
     * @param {Partial<State>} changes
     * @returns {Promise<boolean>}
     */
    async judge(changes) {
      if (!plausible(changes)) return false;
      try {
        await vae.check.settings(runSettings({ ...store.state, ...changes }));
        return true;
      } catch (thrown) {
        if (toVaeError(thrown).code !== 'invalid-argument') report(thrown);
        return false;
      }
    },

    /** Takes over what the Vae has become. */
    adopt,

    /** Shows what is known before the engine is there. */
    foresee: map.foresee,

    /**
     * The test digits that come with the page; without them it works, but shows less.
     * @param {Promise<import('../state/digits.js').Digits>} [coming] where they are fetched already
     */
    async loadDigits(coming = someDigits()) {
      try {
        store.set({ digits: await coming });
        await pad.restorePicture();
      } catch (thrown) {
        report(thrown);
      }
    },

    /** Random weights from the seed: everything learnt is forgotten. */
    reset: () =>
      replaceWeights('random', async () => {
        const { seed, initialisation, dataBias } = store.state;
        if (!dataBias) return vae.reset(seed, { initialisation });
        // Only the Vae that trains has the images whose mean this begins with.
        await trainee.follow();
        await trainer.fetchData();
        await trainee.twin?.reset(seed, { initialisation, dataBias });
        await trainee.handOver();
      }),

    /** @param {string} preset */
    async choosePreset(preset) {
      const before = store.state.preset;
      const trained = PRETRAINED_PRESETS.includes(preset);
      store.set({ preset });
      const done = await replaceWeights(trained ? 'pretrained' : 'random', () =>
        vae.setModel({ model: preset, seed: store.state.seed, weights: trained ? 'pretrained' : 'random' }),
      );
      store.set(done ? presetSettings(store.state) : { preset: before });
    },

    /**
     * A network that is none of the presets, with random weights.
     * @param {import('../api/types.js').VaeSpec} spec
     * @returns {Promise<boolean>} whether it could be built; where not, nothing has changed
     */
    chooseSpec: (spec) => replaceWeights('random', () => vae.setModel({ model: spec, seed: store.state.seed, weights: 'random' })),

    /**
     * Weights from a file the person chose.
     * @param {Blob} file
     */
    load: (file) =>
      replaceWeights('file', async () => {
        const bytes = new Uint8Array(await file.arrayBuffer());
        expectShowable(await vae.check.checkpoint(bytes), 'invalid-checkpoint');
        await vae.load(bytes);
      }, true),

    /** Ends every run and every worker; nothing can be asked any more. */
    dispose() {
      void trainer.drop();
      sides.close();
      trainee.dispose();
      vae.dispose();
    },

    /** @returns {Promise<Blob | null>} the weights as a safetensors file */
    async save() {
      try {
        const bytes = await newest();
        return new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: 'application/octet-stream' });
      } catch (thrown) {
        report(thrown);
        return null;
      }
    },
  };
}
