// What a Vae is made from: a preset, a spec or a checkpoint, and the weights that go into it.

import { MNIST_URL, PRETRAINED_PRESETS, pretrainedUrl } from './assets.js';
import { checkOptions } from './arguments.js';
import { VaeError } from './errors.js';
import { fetchBytes } from './fetching.js';
import { fetchPacked } from './packed.js';

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
 * @property {import('./types.js').Initialisation} [initialisation] of random weights; a preset's own, else PyTorch's
 * @property {Dataset | MnistHandle} [dataset] given to the engine at once, as `setDataset` would
 * @property {boolean} [dataBias] random weights whose output bias begins at what the mean of the dataset's images says
 * @property {string} [wasmUrl]
 * @property {(loaded: number, total: number | null) => void} [onProgress] bytes of the checkpoint
 */

const OPTIONS = /** @type {const} */ (['model', 'backend', 'seed', 'weights', 'initialisation', 'dataset', 'dataBias', 'wasmUrl', 'onProgress']);

/**
 * @param {{ baseUrl?: string }} [options]
 * @returns {MnistHandle} for `vae.train`
 */
export function loadMnist(options = {}) {
  checkOptions('loadMnist', options, ['baseUrl']);
  const { baseUrl = MNIST_URL } = options;
  return Object.freeze({ mnist: baseUrl });
}

/** What to build, and the weights on their way.
 * @typedef {{ spec: string | VaeSpec, checkpoint: Promise<Uint8Array> | null }} Source */

/**
 * @param {CreateOptions} options
 * @returns {Source}
 * @throws {VaeError} `invalid-argument`
 */
export function resolve(options) {
  checkOptions('create', options, OPTIONS);
  const { model = 'dense-20', weights = 'pretrained', dataBias = false, onProgress } = options;
  if (weights !== 'pretrained' && weights !== 'random') {
    throw new VaeError('invalid-argument', `weights: ${JSON.stringify(weights)}, expected pretrained or random`);
  }
  const trained = typeof model === 'string' && weights === 'pretrained' && PRETRAINED_PRESETS.includes(model);
  const url = typeof model === 'string' && /[/.:]/.test(model);
  if (dataBias && (trained || url || model instanceof ArrayBuffer)) {
    throw new VaeError('invalid-argument', "dataBias: the model's weights are not random, expected `weights: 'random'` or a spec");
  }
  // A checkpoint brings its own spec; the engine starts with any.
  const spec = 'dense-20';
  if (model instanceof ArrayBuffer) return { spec, checkpoint: Promise.resolve(new Uint8Array(model)) };
  if (typeof model !== 'string') return { spec: model, checkpoint: null };
  if (url) return { spec, checkpoint: fetchBytes(model, onProgress) };
  return { spec: model, checkpoint: trained ? fetchPacked(pretrainedUrl(model), onProgress) : null };
}

/**
 * @param {import('./client.js').Client} client
 * @param {CreateOptions} options
 * @param {Source} source
 */
export async function build(client, { backend = 'auto', seed = 1, initialisation, wasmUrl }, { spec, checkpoint }) {
  // Both at once: the weights are fetched while wasm loads.
  const creating = client.request('create', { wasmUrl, model: spec, backend, seed, initialisation });
  const [info, bytes] = await Promise.all([creating, checkpoint]);
  return bytes ? client.request('load', { bytes }, { transfer: true }) : info;
}
