// What a Vae is made from: a preset, a spec or a checkpoint, and the weights that go into it.

import { BUILDS, MNIST_URL, PRETRAINED_PRESETS, SHADERS, pretrained, sharedEngine } from './assets.js';
import { checkOptions } from './arguments.js';
import { VaeError } from './errors.js';
import { checkWorkers } from './team-size.js';

/** @typedef {import('./types.js').VaeSpec} VaeSpec */
/** @typedef {import('./types.js').Dataset} Dataset */

/** MNIST as it lies in a folder, which the worker fetches when it is first needed; null where nobody said which.
 * @typedef {{ readonly mnist: string | null }} MnistHandle */

/**
 * @typedef {object} CreateOptions
 * @property {string | VaeSpec | ArrayBuffer | Uint8Array} [model] a preset's name, a spec, a checkpoint's URL (what has a `/`, `.` or `:`)
 *   or its bytes; `dense-20` unless told
 * @property {import('./types.js').BackendRequest} [backend] `auto` unless told: a GPU where there is a real one, raced with the CPU when a
 *   run first starts; `webgpu` is refused as `unsupported` where there is none
 * @property {number} [seed] of random weights, a whole number; 1
 * @property {'pretrained' | 'random'} [weights] pretrained where the preset has them, unless asked otherwise
 * @property {import('./types.js').Initialisation} [initialisation] of random weights; a preset's own, else PyTorch's
 * @property {Dataset | MnistHandle} [dataset] given to the engine at once, as `setDataset` would
 * @property {boolean} [dataBias] random weights whose output bias begins at what the mean of the dataset's images says; false
 * @property {number | 'auto'} [workers] that share training on the CPU, started with its first step: 1 to 64, or as many as make a step
 *   shortest on these cores, which `auto` takes
 * @property {string} [wasmUrl] where the wasm of one of the engine's builds lies, gzipped or not, other than beside these modules; one
 *   of another version is refused as `unsupported`
 * @property {string} [shadersUrl] where the text of the GPU's kernels lies, gzipped or not, which is fetched once a GPU is to be used;
 *   beside the wasm unless told
 * @property {'auto' | import('./types.js').SimdBuild} [simd] which of the builds beside these modules; the faster one that the
 *   browser runs, unless asked otherwise
 * @property {string} [workerUrl] where the worker's module lies, if a bundler put it where this one does not find it
 * @property {(loaded: number, total: number | null) => void} [onProgress] bytes of the engine and the checkpoint, over all that is fetched;
 *   total is null while that is unknown
 */

const OPTIONS = /** @type {const} */ (['model', 'backend', 'seed', 'weights', 'initialisation', 'dataset', 'dataBias', 'workers', 'wasmUrl', 'shadersUrl', 'simd', 'workerUrl', 'onProgress']);

/**
 * @param {{ baseUrl?: string | null }} [options]
 * @returns {MnistHandle} for `vae.train`
 */
export function loadMnist(options = {}) {
  checkOptions('loadMnist', options, ['baseUrl']);
  const { baseUrl = MNIST_URL } = options;
  return Object.freeze({ mnist: baseUrl });
}

/**
 * @param {MnistHandle} handle
 * @returns {string}
 * @throws {VaeError} `invalid-argument` where nobody said where MNIST lies
 */
export function mnistFolder({ mnist }) {
  if (mnist === null) throw new VaeError('invalid-argument', 'MNIST does not come with this package: say in which folder its four files lie');
  return absolute(mnist.endsWith('/') ? mnist : `${mnist}/`);
}

/** What to build, and where its weights are.
 * @typedef {{ spec: string | VaeSpec, checkpoint: import('./protocol.js').Checkpoint | null }} Source */

/**
 * @param {CreateOptions} options
 * @returns {Source}
 * @throws {VaeError} `invalid-argument`
 */
export function resolve(options) {
  checkOptions('create', options, OPTIONS);
  const { model = 'dense-20', weights = 'pretrained', dataBias = false, simd = 'auto', workers = 'auto' } = options;
  checkWorkers(workers);
  if (weights !== 'pretrained' && weights !== 'random') {
    throw new VaeError('invalid-argument', `weights: ${JSON.stringify(weights)}, expected pretrained or random`);
  }
  if (simd !== 'auto' && !BUILDS.includes(simd)) {
    throw new VaeError('invalid-argument', `simd: ${JSON.stringify(simd)}, expected auto, ${BUILDS.join(' or ')}`);
  }
  const trained = typeof model === 'string' && weights === 'pretrained' && PRETRAINED_PRESETS.includes(model);
  const url = typeof model === 'string' && /[/.:]/.test(model);
  if (dataBias && (trained || url || model instanceof ArrayBuffer || model instanceof Uint8Array)) {
    throw new VaeError('invalid-argument', "dataBias: the model's weights are not random, expected `weights: 'random'` or a spec");
  }
  // A checkpoint brings its own spec; the engine starts with any.
  const spec = 'dense-20';
  if (model instanceof Uint8Array) return { spec, checkpoint: { bytes: model.slice() } };
  if (model instanceof ArrayBuffer) return { spec, checkpoint: { bytes: new Uint8Array(model.slice(0)) } };
  if (typeof model !== 'string') return { spec: model, checkpoint: null };
  if (url) return { spec, checkpoint: { url: absolute(model), packed: false } };
  return { spec: model, checkpoint: trained ? pretrained(model) : null };
}

/**
 * @param {Pick<import('./client.js').Client, 'request'>} client
 * @param {CreateOptions} options
 * @param {Source} source
 * @param {string} [gpuFailed] what a GPU failed at before: the CPU is taken
 */
export function build(client, { backend = 'auto', seed = 1, initialisation, workers, wasmUrl, shadersUrl, simd, onProgress }, { spec, checkpoint }, gpuFailed) {
  // Workers that are handed the engine have no files of their own.
  const shaders = shadersUrl ? absolute(shadersUrl) : sharedEngine ? SHADERS.packed : undefined;
  const args = { wasmUrl: wasmUrl && absolute(wasmUrl), shadersUrl: shaders, simd, model: spec, backend, seed, initialisation, workers, checkpoint, gpuFailed };
  const ask = (/** @type {WebAssembly.Module | undefined} */ compiled) =>
    client.request('create', { ...args, compiled }, { transfer: true, onProgress });
  // At once, where nothing is waited for: requests keep the order in which they are made.
  return sharedEngine && !wasmUrl ? sharedEngine().then(ask) : ask(undefined);
}

/**
 * The worker lies elsewhere than the page, whose links are relative to itself. Node.js has no such place: URLs are whole there.
 * @param {string} url
 * @returns {string}
 * @throws {VaeError} `invalid-argument`
 */
export function absolute(url) {
  try {
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href;
  } catch {
    throw new VaeError('invalid-argument', `${url}: expected a URL`);
  }
}
