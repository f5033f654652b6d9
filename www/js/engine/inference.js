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

  /**
   * A picture that has MNIST's form already.
   * @param {Float32Array} pixels
   * @returns {Promise<import('../api/protocol.js').Interpretation>}
   */
  const asItIs = async (pixels) => {
    const { mu, logvar } = await vae.encode(pixels);
    return { blank: false, pixels, bounds: null, centre: null, mu, logvar, reconstruction: await vae.decode(mu) };
  };

  const look = latest((/** @type {null} */ _) =>
    quietly(async () => {
      const { strokes, picture } = store.state;
      const seen = picture && strokes.length === 0 ? await asItIs(picture) : await vae.interpret(rasterise(picture, strokes));
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
      if (!input) return;
      const { mu, logvar } = await vae.encode(input);
      const kept = zSource !== 'mu' && z?.length === mu.length;
      const reconstruction = await vae.decode(kept ? z : mu);
      // Another drawing came meanwhile and has been looked at with these weights already.
      if (store.state.input !== input) return;
      store.set({ mu, sigma: deviations(logvar), ...(kept ? {} : { z: mu, zSource: 'mu' }) });
      if (!kept || store.state.z === z) store.set({ reconstruction });
    }),
  );

  const decode = latest((/** @type {null} */ _) =>
    quietly(async () => {
      const { z } = store.state;
      if (z) store.set({ reconstruction: await vae.decode(z) });
    }),
  );

  const sheet = latest((/** @type {number} */ sampleSeed) =>
    quietly(async () => {
      store.set({ samples: await vae.sample(SAMPLE_COUNT, { seed: sampleSeed }), sampleSeed });
    }),
  );

  return {
    /** What the model makes of what is on the pad now. */
    look: () => look(null),

    /**
     * @param {number} index
     * @param {number} value
     */
    setLatent(index, value) {
      const { z } = store.state;
      if (!z || !(index in z)) return;
      const moved = z.slice();
      moved[index] = value;
      store.set({ z: moved, zSource: 'hand' });
      void decode(null);
    },

    /**
     * Another code altogether, whether or not something is drawn.
     * @param {Float32Array} z
     */
    setZ(z) {
      store.set({ z, zSource: 'hand' });
      void decode(null);
    },

    /** z = μ again. */
    latentToMean() {
      const { mu } = store.state;
      if (!mu) return;
      store.set({ z: mu, zSource: 'mu' });
      void decode(null);
    },

    /** z = μ + σ ⊙ ε with a fresh ε ~ N(0, 1). */
    sampleLatent() {
      const { mu, sigma } = store.state;
      if (!mu || !sigma) return;
      store.set({ z: mu.map((mean, j) => mean + sigma[j] * normal()), zSource: 'sample' });
      void decode(null);
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
