// Streams the four MNIST files with progress in bytes, and unpacks them.

import { VaeError } from './errors.js';
import { fetchOk, streamLength } from './fetching.js';
import { unpack } from './packed.js';

const FILES = Object.freeze({
  trainImages: 'train-images-idx3-ubyte.gz',
  trainLabels: 'train-labels-idx1-ubyte.gz',
  testImages: 't10k-images-idx3-ubyte.gz',
  testLabels: 't10k-labels-idx1-ubyte.gz',
});

/** @typedef {{ loaded: number, total: number | null }} Progress */

/**
 * @param {string} url
 * @param {typeof fetch} fetchFile
 * @param {Progress} progress
 * @param {() => void} changed
 */
async function download(url, fetchFile, progress, changed) {
  const response = await fetchOk(url, fetchFile);
  progress.total = streamLength(response);
  try {
    return await unpack(response.body, (bytes) => {
      progress.loaded += bytes;
      changed();
    });
  } catch (thrown) {
    throw new VaeError('network', `${url} broke off or is not a gzip file: ${String(thrown)}`, { cause: thrown });
  }
}

/**
 * @param {{ dims: number[], data: Uint8Array }} images
 * @param {{ dims: number[], data: Uint8Array }} labels
 * @param {string} name
 */
function paired(images, labels, name) {
  const [n, height, width] = images.dims;
  if (images.dims.length !== 3 || height !== 28 || width !== 28) {
    throw new VaeError('invalid-argument', `${name} images: found dimensions ${images.dims.join('×')}, expected n×28×28`);
  }
  if (labels.dims.length !== 1 || labels.dims[0] !== n) {
    throw new VaeError('invalid-argument', `${name} labels: found ${labels.dims.join('×')}, expected one for each of ${n} images`);
  }
  return { images: images.data, labels: labels.data };
}

/**
 * MNIST: 60,000 training and 10,000 test images, raw bytes 0..255.
 * @param {object} options
 * @param {string} options.baseUrl folder of the four files
 * @param {(bytes: Uint8Array) => { dims: number[], data: Uint8Array }} options.parseIdx
 * @param {(loaded: number, total: number | null) => void} options.onProgress bytes of bytes over all files; total is null while unknown
 * @param {typeof fetch} [options.fetch]
 * @returns {Promise<{ images: Uint8Array, labels: Uint8Array, test: { images: Uint8Array, labels: Uint8Array } }>}
 * @throws {VaeError} `network` or, for files that are not IDX, `invalid-argument`
 */
export async function loadMnist({ baseUrl, parseIdx, onProgress, fetch: fetchFile = (...args) => fetch(...args) }) {
  /** @type {Map<string, Progress>} */
  const progress = new Map();
  const changed = () => {
    let loaded = 0;
    let total = 0;
    let known = progress.size === Object.keys(FILES).length;
    for (const file of progress.values()) {
      loaded += file.loaded;
      total += file.total ?? 0;
      known &&= file.total !== null;
    }
    onProgress(loaded, known ? total : null);
  };
  const get = async (/** @type {keyof typeof FILES} */ name) => {
    const file = { loaded: 0, total: null };
    progress.set(name, file);
    return parseIdx(await download(new URL(FILES[name], baseUrl).href, fetchFile, file, changed));
  };
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    get('trainImages'), get('trainLabels'), get('testImages'), get('testLabels'),
  ]);
  const train = paired(trainImages, trainLabels, 'training');
  return { ...train, test: paired(testImages, testLabels, 'test') };
}
