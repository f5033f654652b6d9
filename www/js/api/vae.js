// The public object: a variational autoencoder that lives in a worker. Knows no page.

import { checkOptions, floats } from './arguments.js';
import { Check } from './check.js';
import { Client } from './client.js';
import { build, loadMnist, mnistFolder, resolve } from './create.js';
import { Gallery } from './gallery.js';
import { Inside } from './inside.js';
import { Keeping } from './keeping.js';
import { Measure } from './measure.js';
import { profile } from './profile.js';
import { Questions } from './questions.js';
import { toVaeError } from './errors.js';
import { preload, startEngine } from './start.js';
import { TrainRun } from './train-run.js';
import { mayBeTheGpu } from './trouble.js';

/** @typedef {import('./types.js').Dataset} Dataset */
/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./create.js').MnistHandle} MnistHandle */

/** @typedef {import('./questions.js').Labels} Labels */

export { loadMnist, preload };

/** A model with its weights. Every method answers by promise; calls see what earlier ones changed, and short ones may overtake long ones. */
export class Vae extends Questions {
  #client;
  /** @type {import('./protocol.js').ModelInfo} */
  #info;
  /** @type {Dataset | string | null} */
  #dataset = null;
  #request;
  /** What another worker begins with where this one's fails. */
  #keeping;
  /** What its GPU failed at, if it did. @type {string | undefined} */
  #gpuFailed;

  /** Use `Vae.create`.
   * @param {Client} client
   * @param {import('./protocol.js').ModelInfo} info
   * @param {CreateOptions} how it was created
   * @param {string} [gpuFailed] what a GPU failed at before
   */
  constructor(client, info, how, gpuFailed) {
    super(client);
    this.#client = client;
    this.#info = info;
    this.#request = how.backend ?? 'auto';
    this.#gpuFailed = gpuFailed;
    this.#keeping = new Keeping(client, how);
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
      else if (message.event === 'train') this.#keeping.changed();
    });
    client.follow(() => startEngine(how), async (request, problem) => {
      if (this.backend.kind === 'webgpu') this.#gpuFailed = problem;
      this.#info = await this.#keeping.restore({ request }, this.spec, this.#gpuFailed);
      this.#dataset = null;
      await this.gallery.again(request);
    });
  }

  /**
   * Starts a worker and opens a model in it. What failed to download can be asked for again. Where the choice is left open, a GPU
   * that fails costs nothing but time: the CPU is taken.
   * @param {CreateOptions} [options]
   * @throws {VaeError} `invalid-argument`, `invalid-spec`, `invalid-checkpoint`, `network`, `unsupported`
   */
  static async create(options = {}) {
    const how = { ...options, workers: options.workers ?? 'auto' };
    try {
      return await Vae.#open(how);
    } catch (thrown) {
      if (!mayBeTheGpu(thrown, how.backend)) throw thrown;
      return Vae.#open(how, toVaeError(thrown).message);
    }
  }

  /**
   * @param {CreateOptions} how
   * @param {string} [gpuFailed] what a GPU failed at before
   */
  static async #open(how, gpuFailed) {
    const source = resolve(how);
    const client = new Client(startEngine(how));
    try {
      const vae = new Vae(client, await build(client, how, source, gpuFailed), how, gpuFailed);
      await vae.#prepare(how);
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
    const wanted = { backend: this.#request, ...options };
    // Who asks for a backend anew may mean it.
    const failed = options.backend ? undefined : this.#gpuFailed;
    this.#info = await build(this.#client, wanted, source, failed).catch(async (thrown) => {
      if (!mayBeTheGpu(thrown, wanted.backend)) throw thrown;
      const { message } = toVaeError(thrown);
      const info = await build(this.#client, wanted, resolve(options), message);
      this.#gpuFailed = message;
      return info;
    });
    this.#keeping.made(options);
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
  async parameters() {
    const values = await this.#client.request('parameters', {});
    this.#keeping.changed(this.#keeping.copy(values));
    return values;
  }

  /**
   * Other values in place of the model's; ends a running training. The array's buffer is handed over.
   * A wrong number of values, or one that is not finite, is refused as `invalid-argument` and changes nothing.
   * @param {Float32Array} values `parameterCount` of them, as `parameters` gives them
   */
  async setParameters(values) {
    const copy = this.#keeping.copy(floats('parameters', values));
    await this.#client.request('setParameters', { values }, { transfer: true });
    this.#keeping.changed(copy);
  }

  /**
   * Weights from a safetensors file; the model takes the file's spec. A file that does not fit changes nothing.
   * @param {Uint8Array | ArrayBuffer} bytes
   */
  async load(bytes) {
    const kept = new Uint8Array(bytes).slice();
    this.#info = await this.#client.request('load', { bytes: kept });
    this.#keeping.made({ model: kept.buffer });
  }

  /**
   * Fresh random weights; ends a running training.
   * @param {number} seed
   * @param {{ initialisation?: import('./types.js').Initialisation, dataBias?: boolean }} [options] as the model was created; with
   *   `dataBias` the output's bias begins at what the mean of the dataset's images says
   */
  async reset(seed, options = {}) {
    checkOptions('reset', options, ['initialisation', 'dataBias']);
    await this.#client.request('reset', { seed, ...options });
    this.#keeping.made({ model: this.spec, weights: 'random', seed, initialisation: options.initialisation });
    if (options.dataBias) this.#keeping.changed();
  }

  /** Ends the worker. */
  dispose() {
    this.#keeping.end();
    this.#client.dispose();
  }

  /** @param {(backend: import('./types.js').BackendInfo) => void} listener */
  onBackendChange(listener) {
    return this.#client.listen(({ event }) => {
      if (event === 'backend' || event === 'restart') listener(this.backend);
    });
  }

  /**
   * Tells when the worker failed and another has taken its place: with the model, and its weights as they were about a second ago.
   * A run does not go on by itself: it ended with an `internal` error whose `details.at` is `worker`.
   * @param {(problem: string) => void} listener
   */
  onRestart(listener) {
    return this.#client.listen((message) => {
      if (message.event === 'restart') listener(message.problem);
    });
  }
}
