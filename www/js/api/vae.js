// The public object: a variational autoencoder that lives in a worker. Knows no page.

import { checkOptions, floats, labelsOf, optionalFloats } from './arguments.js';
import { Check } from './check.js';
import { Client } from './client.js';
import { build, loadMnist, mnistFolder, resolve } from './create.js';
import { Gallery } from './gallery.js';
import { Inside } from './inside.js';
import { Measure, progressive } from './measure.js';
import { profile } from './profile.js';
import { preload, startEngine } from './start.js';
import { TrainRun } from './train-run.js';

/** @typedef {import('./types.js').Dataset} Dataset */
/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./create.js').MnistHandle} MnistHandle */

/** The class of each image or code, below `spec.classes`: conditional models need them, others take none.
 * @typedef {Uint8Array | number[]} Labels */

export { loadMnist, preload };

/** A model with its weights. Every method answers by promise; calls see what earlier ones changed, and short ones may overtake long ones. */
export class Vae {
  #client;
  /** @type {import('./protocol.js').ModelInfo} */
  #info;
  /** @type {Dataset | string | null} */
  #dataset = null;
  #request;

  /** Use `Vae.create`.
   * @param {Client} client
   * @param {import('./protocol.js').ModelInfo} info
   * @param {import('./types.js').BackendRequest} backend
   */
  constructor(client, info, backend) {
    this.#client = client;
    this.#info = info;
    this.#request = backend;
    /** What models give, measured. @readonly */
    this.measure = new Measure(client);
    /** What could be built or run, told beforehand. @readonly */
    this.check = new Check(client);
    /** Many images and codes, again and again. @readonly */
    this.gallery = new Gallery(client);
    /** Its layers, their weights, and what they make of an input. @readonly */
    this.inside = new Inside(client);
    client.listen((message) => {
      if (message.event === 'backend') this.#info = { ...this.#info, backend: message.backend };
    });
  }

  /**
   * Starts a worker and opens a model in it. What failed to download can be asked for again.
   * @param {CreateOptions} [options]
   * @throws {VaeError} `invalid-argument`, `invalid-spec`, `invalid-checkpoint`, `network`, `unsupported`
   */
  static async create(options = {}) {
    const source = resolve(options);
    const client = new Client(startEngine(options));
    try {
      const vae = new Vae(client, await build(client, { ...options, workers: options.workers ?? 'auto' }, source), options.backend ?? 'auto');
      await vae.#prepare(options);
      return vae;
    } catch (thrown) {
      client.dispose();
      throw thrown;
    }
  }

  get spec() {
    return this.#info.spec;
  }

  get backend() {
    return this.#info.backend;
  }

  get parameterCount() {
    return this.#info.parameterCount;
  }

  /** Every named model with the recipe that its source trains it by, in the order of menus. */
  get presets() {
    return this.#info.presets;
  }

  get version() {
    return this.#info.version;
  }

  /**
   * Another model in place of this one; ends a running training. The dataset stays.
   * @param {CreateOptions} options
   */
  async setModel(options) {
    const source = resolve(options);
    this.#info = await build(this.#client, { backend: this.#request, ...options }, source);
    await this.#prepare(options);
  }

  /**
   * The dataset that a new model came with, and the weights that need it.
   * @param {CreateOptions} options
   */
  async #prepare({ dataset, dataBias, initialisation, seed = 1 }) {
    if (dataset) await this.setDataset(dataset);
    if (dataBias) await this.reset(seed, { initialisation, dataBias });
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

  /**
   * Gives the engine what it trains on. Called by `train`; on its own it shows progress before training.
   * @param {Dataset | MnistHandle} dataset
   * @param {{ onProgress?: (loaded: number, total: number | null) => void }} [options]
   */
  async setDataset(dataset, options = {}) {
    checkOptions('setDataset', options, ['onProgress']);
    const { onProgress } = options;
    const key = 'mnist' in dataset ? dataset.mnist : dataset;
    if (key === this.#dataset) return;
    if ('mnist' in dataset) await this.#client.request('loadMnist', { baseUrl: mnistFolder(dataset) }, { onProgress });
    else await this.#client.request('setDataset', { dataset });
    this.#dataset = key;
  }

  /**
   * Trains until the epochs or steps asked for are done, or for ever; leaving the loop ends the run.
   * A conditional model needs the dataset's labels. An unknown option refuses the run.
   * @param {Dataset | MnistHandle} dataset
   * @param {import('./types.js').TrainSettings & { signal?: AbortSignal, paused?: boolean }} [options]
   * @returns {TrainRun}
   */
  train(dataset, { signal, paused, ...settings } = {}) {
    return new TrainRun(this.#client, () => this.setDataset(dataset), settings, { signal, paused });
  }

  /** Where a training step's time goes. @param {import('./profile.js').ProfileOptions} [options] */
  profile = (options) => profile(this.#client, options);

  /** Acts on the run under way. @param {{ beta?: number, learningRate?: number }} changes */
  async setHyperparameters(changes) {
    checkOptions('setHyperparameters', changes, ['beta', 'learningRate']);
    return this.#client.request('setHyperparameters', changes);
  }

  /** @returns {Promise<Uint8Array>} a safetensors file */
  save() {
    return this.#client.request('save', {});
  }

  /** @returns {Promise<Float32Array>} the `parameterCount` trainable values, tensor by tensor in a checkpoint's order */
  parameters() {
    return this.#client.request('parameters', {});
  }

  /**
   * Other values in place of the model's; ends a running training. The array's buffer is handed over.
   * A wrong number of values, or one that is not finite, is refused as `invalid-argument` and changes nothing.
   * @param {Float32Array} values `parameterCount` of them, as `parameters` gives them
   */
  async setParameters(values) {
    return this.#client.request('setParameters', { values: floats('parameters', values) }, { transfer: true });
  }

  /**
   * Weights from a safetensors file; the model takes the file's spec. A file that does not fit changes nothing.
   * @param {Uint8Array | ArrayBuffer} bytes
   */
  async load(bytes) {
    this.#info = await this.#client.request('load', { bytes: new Uint8Array(bytes) });
  }

  /**
   * Fresh random weights; ends a running training.
   * @param {number} seed
   * @param {{ initialisation?: import('./types.js').Initialisation, dataBias?: boolean }} [options] as the model was created; with
   *   `dataBias` the output's bias begins at what the mean of the dataset's images says
   */
  async reset(seed, options = {}) {
    checkOptions('reset', options, ['initialisation', 'dataBias']);
    return this.#client.request('reset', { seed, ...options });
  }

  /** Ends the worker. */
  dispose() {
    this.#client.dispose();
  }

  /** @param {(backend: import('./types.js').BackendInfo) => void} listener */
  onBackendChange(listener) {
    return this.#client.listen((message) => {
      if (message.event === 'backend') listener(message.backend);
    });
  }
}
