// What data goes through on its way to a model, on the calling thread: drawings, IDX files, MNIST.

import { checkOptions, floats } from './arguments.js';
import { absolute } from './create.js';
import { VaeError, toVaeError } from './errors.js';
import { loadMnist as load } from './mnist.js';
import { sharedEngine } from './assets.js';
import { engineHere } from './engine-here.js';

/** @typedef {import('./types.js').WasmModule} WasmModule */

/** @param {string} [wasmUrl] */
const engine = async (wasmUrl) => engineHere({ wasmUrl: wasmUrl && absolute(wasmUrl), compiled: wasmUrl ? undefined : await sharedEngine?.() });

/**
 * @template T
 * @param {() => T} task
 * @returns {T}
 */
function typed(task) {
  try {
    return task();
  } catch (thrown) {
    throw toVaeError(thrown);
  }
}

/**
 * A drawing as MNIST would hold it: cut out, scaled into 20×20 pixels, its centre of mass in the middle of 28×28. Loads the engine where
 * this thread has not got it.
 * @param {Float32Array} ink coverage in [0, 1], width×height, row by row
 * @param {number} width in pixels
 * @param {number} height in pixels
 * @param {{ wasmUrl?: string }} [options] where the engine lies, as `Vae.create` takes it
 * @returns {Promise<import('./types.js').Preprocessed>} with 784 pixels in [0, 1]
 * @throws {VaeError} `invalid-argument` for a wrong number of values; `network`, `unsupported` as `Vae.create`
 */
export async function preprocessDrawing(ink, width, height, options = {}) {
  checkOptions('preprocessDrawing', options, ['wasmUrl']);
  const values = floats('ink', ink);
  const wasm = await engine(options.wasmUrl);
  return typed(() => wasm.preprocessDrawing(values, width, height));
}

/**
 * Reads an IDX file, MNIST's format. Loads the engine where this thread has not got it.
 * @param {Uint8Array | ArrayBuffer} bytes unpacked
 * @param {{ wasmUrl?: string }} [options] where the engine lies, as `Vae.create` takes it
 * @returns {Promise<{ dims: number[], data: Uint8Array }>} dimensions, and unsigned bytes row by row
 * @throws {VaeError} `invalid-argument` that says what is wrong with the file; `network`, `unsupported` as `Vae.create`
 */
export async function parseIdx(bytes, options = {}) {
  checkOptions('parseIdx', options, ['wasmUrl']);
  if (!(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer)) {
    throw new VaeError('invalid-argument', 'bytes: expected a Uint8Array or an ArrayBuffer');
  }
  const wasm = await engine(options.wasmUrl);
  return typed(() => wasm.parseIdx(new Uint8Array(bytes)));
}

/**
 * @typedef {object} MnistOptions
 * @property {string} [baseUrl] the folder that holds `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz`,
 *   `t10k-images-idx3-ubyte.gz` and `t10k-labels-idx1-ubyte.gz`; another origin must allow it (CORS)
 * @property {import('./mnist.js').MnistFiles} [files] these four files themselves, gzipped or not, in place of `baseUrl`
 * @property {string} [wasmUrl] where the engine lies, as `Vae.create` takes it
 * @property {(loaded: number, total: number | null) => void} [onProgress] bytes over all files; total is null while unknown
 */

/**
 * MNIST: 60,000 training and 10,000 test images with their labels. The package does not contain it.
 * @param {MnistOptions} options either `baseUrl` or `files`
 * @returns {Promise<{ images: Uint8Array, labels: Uint8Array, test: { images: Uint8Array, labels: Uint8Array } }>} for `vae.train`:
 *   images n×784 in 0..255, labels n in 0..9
 * @throws {VaeError} `invalid-argument` without either, or for files that are not MNIST's; `network` with the URL
 */
export async function loadMnist(options) {
  checkOptions('loadMnist', options ?? {}, ['baseUrl', 'files', 'wasmUrl', 'onProgress']);
  const { baseUrl, files, wasmUrl, onProgress = () => {} } = options ?? {};
  if ((baseUrl === undefined) === (files === undefined)) {
    throw new VaeError('invalid-argument', 'loadMnist: the package does not contain MNIST; expected either baseUrl, a folder with its four IDX files, or files');
  }
  const folder = baseUrl && absolute(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  const wasm = await engine(wasmUrl);
  return load({ baseUrl: folder, files, parseIdx: (bytes) => typed(() => wasm.parseIdx(bytes)), onProgress });
}
