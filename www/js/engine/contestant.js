// One of two models that are trained side by side: a worker of its own, its curves, and what is looked at as it learns.

import { VaeError } from '../api/errors.js';
import { Vae } from '../api/vae.js';
import { History } from '../history.js';

/** Pictures on its sheet. */
export const CONTEST_SAMPLES = 12;

/** @typedef {import('../api/types.js').VaeSpec} VaeSpec */
/** @typedef {import('../api/types.js').TrainSettings} TrainSettings */

/**
 * What one side is made and trained by.
 * @typedef {object} Terms
 * @property {VaeSpec} spec
 * @property {import('../api/types.js').Initialisation} initialisation
 * @property {TrainSettings & { seed: number }} settings
 */

/**
 * What is seen of it.
 * @typedef {object} Look
 * @property {Float32Array} mu n×latent, of the digits
 * @property {Float32Array} samples n×784
 */

/** A model that learns while another does. */
export class Contestant {
  history = new History();
  step = 0;
  /** @type {import('../api/types.js').Losses | null} */
  losses = null;
  /** @type {Look | null} */
  look = null;
  /** @type {import('../api/train-run.js').TrainRun | null} */
  run = null;
  /** @type {Vae | null} */
  #vae = null;
  #disposed = false;

  /**
   * @param {Terms} terms
   * @param {'cpu' | 'webgpu'} backend
   * @param {import('../api/vae.js').Dataset | import('../api/create.js').MnistHandle} data
   * @param {(loaded: number, total: number | null) => void} onProgress
   */
  async prepare({ spec, initialisation, settings }, backend, data, onProgress) {
    const how = { model: spec, seed: settings.seed, weights: /** @type {const} */ ('random'), initialisation };
    if (this.#disposed) throw new VaeError('disposed', 'the comparison was closed');
    if (this.#vae) {
      await this.#vae.setModel(how);
    } else {
      // One worker each: two of them train at once.
      const made = await Vae.create({ ...how, backend, workers: 1 });
      if (this.#disposed) {
        made.dispose();
        throw new VaeError('disposed', 'the comparison was closed');
      }
      this.#vae = made;
    }
    const vae = this.#vae;
    await vae.setDataset(data, { onProgress });
    this.history.clear();
    this.step = 0;
    this.losses = this.look = null;
    this.run = vae.train(data, { ...settings, paused: true });
  }

  /**
   * Takes note of each step, until the run is over.
   * @param {() => void} onStep
   */
  async follow(onStep) {
    const current = this.run;
    if (!current) return;
    for await (const { step, loss, recon, kl, test } of current) {
      this.step = step;
      this.losses = { loss, recon, kl };
      this.history.addStep(step, this.losses);
      if (test) this.history.addTest(step, test);
      onStep();
    }
  }

  /**
   * Codes of digits, and pictures from the prior, with the weights as they are now.
   * @param {Float32Array} images n×784
   * @param {Uint8Array} labels n
   */
  async observe(images, labels) {
    if (!this.#vae) return;
    const classes = this.#vae.spec.classes ?? 0;
    const { mu } = await this.#vae.encode(images, classes > 0 ? { labels } : {});
    const samples = await this.#vae.sample(CONTEST_SAMPLES, { seed: 1 });
    this.look = { mu, samples };
  }

  /** @returns {Promise<Float64Array>} latent×latent, orthonormal rows: the principal components of what was observed */
  async components() {
    if (!this.#vae || !this.look) return new Float64Array();
    return (await this.#vae.measure.latentPca(this.look.mu)).components;
  }

  get latent() {
    return this.#vae?.spec.latent ?? 0;
  }

  dispose() {
    this.#disposed = true;
    this.#vae?.dispose();
    this.#vae = null;
    this.run = null;
  }
}
