// What a model is asked about images and codes: it stays as it is.

import { checkOptions, floats, labelsOf, optionalFloats } from './arguments.js';
import { progressive } from './measure.js';

/** The class of each image or code, below `spec.classes`: conditional models need them, others take none.
 * @typedef {Uint8Array | number[]} Labels */

/** The part of a Vae that only answers. */
export class Questions {
  #client;

  /** @param {import('./client.js').Client} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * @param {Float32Array} images n×784 in [0, 1]
   * @param {{ labels?: Labels }} [options]
   * @returns {Promise<{ mu: Float32Array, logvar: Float32Array }>} n×latent each
   */
  async encode(images, options = {}) {
    checkOptions('encode', options, ['labels']);
    return this.#client.request('encode', { images: floats('images', images), labels: labelsOf(options.labels) });
  }

  /**
   * @param {Float32Array} z n×latent
   * @param {{ labels?: Labels }} [options]
   * @returns {Promise<Float32Array>} n×784 probabilities
   */
  async decode(z, options = {}) {
    checkOptions('decode', options, ['labels']);
    return this.#client.request('decode', { z: floats('z', z), labels: labelsOf(options.labels) });
  }

  /**
   * @param {Float32Array} images n×784
   * @param {{ sample?: boolean, seed?: number, labels?: Labels }} [options] through μ, or through a draw of z
   * @returns {Promise<Float32Array>} n×784 probabilities
   */
  async reconstruct(images, options = {}) {
    checkOptions('reconstruct', options, ['sample', 'seed', 'labels']);
    const { sample = false, seed = 1, labels } = options;
    return this.#client.request('reconstruct', { images: floats('images', images), sample, seed, labels: labelsOf(labels) });
  }

  /**
   * @param {number} n
   * @param {{ seed?: number, temperature?: number, labels?: Labels }} [options] without labels a conditional model goes
   *   through its classes in turn
   * @returns {Promise<Float32Array>} n×784 probabilities
   */
  async sample(n, options = {}) {
    checkOptions('sample', options, ['seed', 'temperature', 'labels']);
    const { seed = 1, temperature = 1, labels } = options;
    return this.#client.request('sample', { n, seed, temperature, labels: labelsOf(labels) });
  }

  /**
   * @param {Float32Array} images n×784
   * @param {{ samples?: number, seed?: number, labels?: Labels }} [options]
   * @returns {Promise<{ recon: Float32Array, kl: Float32Array }>} nats per image
   */
  async elbo(images, options = {}) {
    checkOptions('elbo', options, ['samples', 'seed', 'labels']);
    const { samples = 1, seed = 1, labels } = options;
    return this.#client.request('elbo', { images: floats('images', images), samples, seed, labels: labelsOf(labels) });
  }

  /**
   * L_K of every image (Burda et al., 2016): the importance-weighted estimate of log p(x). Done in portions: drawing and
   * training go on in between, and where weights change meanwhile, so do theirs.
   * @param {Float32Array} images n×784
   * @param {{ k?: number, seed?: number, first?: number, labels?: Labels } & import('./measure.js').LongOptions} [options]
   *   `first` is the number of the first image within its dataset: each has noise of its own
   * @returns {Promise<Float64Array>} nats per image
   */
  async logLikelihood(images, options = {}) {
    checkOptions('logLikelihood', options, ['k', 'seed', 'first', 'labels', 'onProgress', 'signal']);
    const { k = 5000, seed = 1, first = 0, labels, ...long } = options;
    const args = { images: floats('images', images), k, seed, first, labels: labelsOf(labels) };
    return this.#client.request('logLikelihood', args, progressive(long));
  }

  /**
   * −log p(x|z) and how it changes with z: what repairing and inpainting follow.
   * @param {Float32Array} z n×latent
   * @param {Float32Array} images n×784
   * @param {{ mask?: Float32Array, labels?: Labels }} [options] the weight of each pixel, n×784; ones
   * @returns {Promise<{ recon: Float32Array, dz: Float32Array }>} nats per image, and n×latent; what −log p(z) adds to dz is z
   */
  async latentGradient(z, images, options = {}) {
    checkOptions('latentGradient', options, ['mask', 'labels']);
    const args = { z: floats('z', z), images: floats('images', images), mask: optionalFloats('mask', options.mask) };
    return this.#client.request('latentGradient', { ...args, labels: labelsOf(options.labels) });
  }

  /**
   * How much each pixel moves the code: the gradient of Σ dmu·μ + dlogvar·log σ² with respect to the images.
   * @param {Float32Array} images n×784
   * @param {{ dmu?: Float32Array, dlogvar?: Float32Array, labels?: Labels }} options n×latent each; zeros for one left out
   * @returns {Promise<Float32Array>} n×784
   */
  async inputGradient(images, options) {
    checkOptions('inputGradient', options, ['dmu', 'dlogvar', 'labels']);
    const { dmu, dlogvar, labels } = options;
    const args = { images: floats('images', images), dmu: optionalFloats('dmu', dmu), dlogvar: optionalFloats('dlogvar', dlogvar) };
    return this.#client.request('inputGradient', { ...args, labels: labelsOf(labels) });
  }

  /**
   * A drawing made into MNIST's form, encoded and decoded, in one turn of the worker. The ink's buffer is handed over.
   * @param {import('./protocol.js').Drawing} drawing
   */
  interpret(drawing) {
    return this.#client.request('interpret', drawing, { transfer: true });
  }
}
