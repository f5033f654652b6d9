// The public object: a variational autoencoder that lives in a worker. Knows no page.

import { MNIST_URL, PRETRAINED_PRESETS, pretrainedUrl } from './assets.js';
import { Client } from './client.js';
import { fetchBytes } from './fetching.js';
import { TrainRun } from './train-run.js';

/** @typedef {import('./types.js').VaeSpec} VaeSpec */
/** @typedef {import('./types.js').Dataset} Dataset */

/** MNIST as it lies beside the page; the worker fetches it when it is first needed.
 * @typedef {{ readonly mnist: string }} MnistHandle */

/**
 * @typedef {object} CreateOptions
 * @property {string | VaeSpec | ArrayBuffer} [model] a preset's name, a spec, a checkpoint's URL or its bytes
 * @property {import('./types.js').BackendRequest} [backend]
 * @property {number} [seed]
 * @property {'pretrained' | 'random'} [weights] pretrained where the preset has them, unless asked otherwise
 * @property {string} [wasmUrl]
 * @property {(loaded: number, total: number | null) => void} [onProgress] bytes of the checkpoint
 */

const DEFAULTS = Object.freeze({ batchSize: 128, optimizer: 'adam', learningRate: 1e-3, beta: 1, warmupEpochs: 0, seed: 1 });

/**
 * @param {{ baseUrl?: string }} [options]
 * @returns {MnistHandle} for `vae.train`
 */
export function loadMnist({ baseUrl = MNIST_URL } = {}) {
  return Object.freeze({ mnist: baseUrl });
}

/** A model with its weights. Every method answers by promise; calls are served in the order they are made. */
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
    client.listen((message) => {
      if (message.event === 'backend') this.#info = { ...this.#info, backend: message.backend };
    });
  }

  /**
   * @param {CreateOptions} [options]
   * @returns {Promise<Vae>}
   */
  static async create(options = {}) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine' });
    const client = new Client(worker);
    try {
      const info = await build(client, options, resolve(options));
      return new Vae(client, info, options.backend ?? 'auto');
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
    const parts = resolve(options);
    // Weights that cannot be had must not cost the model that is there.
    await parts.checkpoint;
    this.#info = await build(this.#client, { backend: this.#request, ...options }, parts);
  }

  /**
   * @param {Float32Array} images n×784 in [0, 1]
   * @returns {Promise<{ mu: Float32Array, logvar: Float32Array }>} n×latent each
   */
  encode(images) {
    return this.#client.request('encode', { images });
  }

  /**
   * @param {Float32Array} z n×latent
   * @returns {Promise<Float32Array>} n×784 probabilities
   */
  decode(z) {
    return this.#client.request('decode', { z });
  }

  /**
   * @param {Float32Array} images n×784
   * @param {{ sample?: boolean, seed?: number }} [options]
   */
  reconstruct(images, { sample = false, seed = 1 } = {}) {
    return this.#client.request('reconstruct', { images, sample, seed });
  }

  /**
   * @param {number} n
   * @param {{ seed?: number, temperature?: number }} [options]
   */
  sample(n, { seed = 1, temperature = 1 } = {}) {
    return this.#client.request('sample', { n, seed, temperature });
  }

  /**
   * @param {Float32Array} images n×784
   * @param {{ samples?: number, seed?: number }} [options]
   * @returns {Promise<{ recon: Float32Array, kl: Float32Array }>} nats per image
   */
  elbo(images, { samples = 1, seed = 1 } = {}) {
    return this.#client.request('elbo', { images, samples, seed });
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
  async setDataset(dataset, { onProgress } = {}) {
    const key = 'mnist' in dataset ? dataset.mnist : dataset;
    if (key === this.#dataset) return;
    if ('mnist' in dataset) await this.#client.request('loadMnist', { baseUrl: dataset.mnist }, { onProgress });
    else await this.#client.request('setDataset', { dataset });
    this.#dataset = key;
  }

  /**
   * Trains until the epochs or steps asked for are done, or for ever; leaving the loop ends the run.
   * @param {Dataset | MnistHandle} dataset
   * @param {Partial<import('./types.js').TrainSettings> & { signal?: AbortSignal, paused?: boolean }} [options]
   * @returns {TrainRun}
   */
  train(dataset, { signal, paused, ...settings } = {}) {
    const all = /** @type {import('./types.js').TrainSettings} */ ({ ...DEFAULTS, ...settings });
    return new TrainRun(this.#client, () => this.setDataset(dataset), all, { signal, paused });
  }

  /** Acts on the running training.
   * @param {{ beta?: number, learningRate?: number }} changes */
  setHyperparameters(changes) {
    return this.#client.request('setHyperparameters', changes);
  }

  /** @returns {Promise<Uint8Array>} a safetensors file */
  save() {
    return this.#client.request('save', {});
  }

  /**
   * Weights from a safetensors file; the model takes the file's spec. A file that does not fit changes nothing.
   * @param {Uint8Array | ArrayBuffer} bytes
   */
  async load(bytes) {
    this.#info = await this.#client.request('load', { bytes: new Uint8Array(bytes) });
  }

  /** Fresh random weights; ends a running training.
   * @param {number} seed */
  reset(seed) {
    return this.#client.request('reset', { seed });
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

/**
 * What to build from, and the weights that go into it.
 * @param {CreateOptions} options
 * @returns {{ spec: string | VaeSpec, checkpoint: Promise<Uint8Array> | null }}
 */
function resolve({ model = 'dense-20', weights = 'pretrained', onProgress }) {
  // A checkpoint brings its own spec; the engine starts with any.
  const spec = 'dense-20';
  if (model instanceof ArrayBuffer) return { spec, checkpoint: Promise.resolve(new Uint8Array(model)) };
  if (typeof model !== 'string') return { spec: model, checkpoint: null };
  if (/[/.:]/.test(model)) return { spec, checkpoint: fetchBytes(model, onProgress) };
  const trained = weights === 'pretrained' && PRETRAINED_PRESETS.includes(model);
  return { spec: model, checkpoint: trained ? fetchBytes(pretrainedUrl(model), onProgress) : null };
}

/**
 * @param {Client} client
 * @param {CreateOptions} options
 * @param {ReturnType<typeof resolve>} parts
 */
async function build(client, { backend = 'auto', seed = 1, wasmUrl }, { spec, checkpoint }) {
  // Both at once: the weights are fetched while wasm loads.
  const [info, bytes] = await Promise.all([client.request('create', { wasmUrl, model: spec, backend, seed }), checkpoint]);
  return bytes ? client.request('load', { bytes }, { transfer: true }) : info;
}
