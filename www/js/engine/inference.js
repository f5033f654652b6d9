// From strokes to what the model makes of them, and from z to pictures. Only the newest request matters.

import { latest } from '../latest.js';
import { rasterise } from '../ink.js';

/** Pictures on the sample sheet. */
export const SAMPLE_COUNT = 30;

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {(thrown: unknown) => void} report
 */
export function inference(vae, store, report) {
  const quietly = (/** @type {() => Promise<void>} */ work) => work().catch(report);
  /** What z was before the pointer came over the map. @type {Pick<import('../store.js').State, 'z' | 'zSource'> | null} */
  let held = null;

  /** The class that a conditional model is told, for one picture. */
  const labels = () => (store.state.spec?.classes ? Uint8Array.of(store.state.label) : undefined);

  /**
   * A picture that has MNIST's form already.
   * @param {Float32Array} pixels
   * @returns {Promise<import('../api/protocol.js').Interpretation>}
   */
  const asItIs = async (pixels) => {
    const { mu, logvar } = await vae.encode(pixels, { labels: labels() });
    return { blank: false, pixels, bounds: null, centre: null, mu, logvar, reconstruction: await vae.decode(mu, { labels: labels() }) };
  };

  const look = latest((/** @type {null} */ _) =>
    quietly(async () => {
      const { strokes, picture } = store.state;
      const seen = picture && strokes.length === 0
        ? await asItIs(picture)
        : await vae.interpret({ ...rasterise(picture, strokes), labels: labels() });
      // The pad was changed while the worker looked: a newer request is on its way.
      if (store.state.strokes !== strokes || store.state.picture !== picture) return;
      if (seen.blank || !seen.mu || !seen.logvar) {
        store.set({ input: null, seen: null, mu: null, sigma: null, z: null, zSource: 'mu', reconstruction: null });
        return;
      }
      const { pixels: input, mu, reconstruction } = seen;
      store.set({ input, seen, mu, sigma: deviations(seen.logvar), z: mu, zSource: 'mu', reconstruction });
    }),
  );

  /** The same pixels through changed weights; a z that was set by hand stays. */
  const lookAgain = latest((/** @type {null} */ _) =>
    quietly(async () => {
      const { input, zSource, z } = store.state;
      if (!input) return decode(null);
      const { mu, logvar } = await vae.encode(input, { labels: labels() });
      const kept = zSource !== 'mu' && z?.length === mu.length;
      const reconstruction = await vae.decode(kept ? z : mu, { labels: labels() });
      // Another drawing came meanwhile and has been looked at with these weights already.
      if (store.state.input !== input) return;
      store.set({ mu, sigma: deviations(logvar), ...(kept ? {} : { z: mu, zSource: 'mu' }) });
      if (!kept || store.state.z === z) store.set({ reconstruction });
    }),
  );

  const decode = latest((/** @type {null} */ _) =>
    quietly(async () => {
      const { z, spec } = store.state;
      if (z && z.length === spec?.latent) store.set({ reconstruction: await vae.decode(z, { labels: labels() }) });
    }),
  );

  const sheet = latest((/** @type {number} */ sampleSeed) =>
    quietly(async () => {
      store.set({ samples: await vae.sample(SAMPLE_COUNT, { seed: sampleSeed }), sampleSeed });
    }),
  );

  /**
   * @param {Float32Array | null} z
   * @param {import('../store.js').State['zSource']} zSource
   */
  const decodeAt = (z, zSource) => {
    if (!z) return store.set({ z, zSource, reconstruction: null });
    store.set({ z, zSource });
    void decode(null);
  };

  return {
    /** What the model makes of what is on the pad now. */
    look() {
      held = null;
      return look(null);
    },

    /**
     * @param {number} index
     * @param {number} value
     */
    setLatent(index, value) {
      const { z } = store.state;
      if (!z || !(index in z)) return;
      const moved = z.slice();
      moved[index] = value;
      held = null;
      decodeAt(moved, 'hand');
    },

    /**
     * Another code altogether, which stays, whether or not something is drawn.
     * @param {Float32Array} z latent
     */
    setZ(z) {
      held = null;
      decodeAt(z, 'hand');
    },

    /**
     * Decodes another code for as long as the pointer is over it.
     * @param {Float32Array} z latent
     */
    previewZ(z) {
      if (store.state.zSource !== 'hover') held = { z: store.state.z, zSource: store.state.zSource };
      decodeAt(z, 'hover');
    },

    /** The code that was there before any preview. */
    endPreview() {
      if (store.state.zSource !== 'hover') return;
      const { mu } = store.state;
      if (held?.zSource !== 'mu' && held?.z?.length === store.state.spec?.latent) decodeAt(held?.z ?? mu, held?.zSource ?? 'mu');
      else decodeAt(mu, 'mu');
      held = null;
    },

    /** z = μ again. */
    latentToMean() {
      held = null;
      decodeAt(store.state.mu, 'mu');
    },

    /** z = μ + σ ⊙ ε with a fresh ε ~ N(0, 1). */
    sampleLatent() {
      held = null;
      const { mu, sigma } = store.state;
      if (mu && sigma) decodeAt(mu.map((mean, j) => mean + sigma[j] * normal()), 'sample');
    },

    /**
     * Tells a conditional model which class the drawing is of.
     * @param {number} label
     */
    setLabel(label) {
      store.set({ label });
      return store.state.spec?.classes ? lookAgain(null) : Promise.resolve();
    },

    resample() {
      return sheet((store.state.sampleSeed + 1) >>> 0);
    },

    /** The same drawing and the same samples through changed weights. */
    async refresh() {
      store.set({ weightsVersion: store.state.weightsVersion + 1 });
      await Promise.all([lookAgain(null), sheet(store.state.sampleSeed)]);
    },
  };
}

/**
 * @param {Float32Array} logvar
 * @returns {Float32Array} σ
 */
function deviations(logvar) {
  return logvar.map((value) => Math.exp(value / 2));
}

/** One draw from N(0, 1) by Box-Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
