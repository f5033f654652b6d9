// Streams the four MNIST files with progress in bytes, and unpacks them.

import { Downloads } from './downloads.js';
import { VaeError } from './errors.js';
import { fetchOk, streamLength } from './fetching.js';
import { unpack } from './packed.js';

const FILES = Object.freeze({
  trainImages: 'train-images-idx3-ubyte.gz',
  trainLabels: 'train-labels-idx1-ubyte.gz',
  testImages: 't10k-images-idx3-ubyte.gz',
  testLabels: 't10k-labels-idx1-ubyte.gz',
});

/** The four files' bytes, gzipped or not.
 * @typedef {Record<keyof typeof FILES, Uint8Array | ArrayBuffer | Blob>} MnistFiles */

/**
 * @param {string} url
 * @param {typeof fetch} fetchFile
 * @param {(loaded: number, total: number | null) => void} onProgress
 */
async function download(url, fetchFile, onProgress) {
  const response = await fetchOk(url, fetchFile);
  const total = streamLength(response);
  let loaded = 0;
  try {
    return await unpack(response.body, (bytes) => onProgress((loaded += bytes), total));
  } catch (thrown) {
    throw new VaeError('network', `${url} broke off or is not a gzip file: ${String(thrown)}`, { cause: thrown });
  }
}

/**
 * @param {string} name
 * @param {MnistFiles[keyof MnistFiles]} file
 */
async function opened(name, file) {
  const { body } = new Response(/** @type {BodyInit} */ (file));
  if (!body) throw new VaeError('invalid-argument', `files.${name}: expected a Blob, an ArrayBuffer or a Uint8Array`);
  try {
    return await unpack(body, () => {});
  } catch (thrown) {
    throw new VaeError('invalid-argument', `files.${name}: cannot be unpacked: ${String(thrown)}`, { cause: thrown });
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
 * @param {string} [options.baseUrl] folder of the four files
 * @param {MnistFiles} [options.files] the files themselves
 * @param {(bytes: Uint8Array) => { dims: number[], data: Uint8Array }} options.parseIdx
 * @param {(loaded: number, total: number | null) => void} options.onProgress bytes over all files; total is null while unknown
 * @param {typeof fetch} [options.fetch]
 * @returns {Promise<{ images: Uint8Array, labels: Uint8Array, test: { images: Uint8Array, labels: Uint8Array } }>}
 * @throws {VaeError} `network` or, for files that are not IDX, `invalid-argument`
 */
export async function loadMnist({ baseUrl, files, parseIdx, onProgress, fetch: fetchFile = (...args) => fetch(...args) }) {
  const names = /** @type {(keyof typeof FILES)[]} */ (Object.keys(FILES));
  const downloads = new Downloads(names.length, onProgress);
  const get = async (/** @type {keyof typeof FILES} */ name, /** @type {number} */ index) =>
    parseIdx(files ? await opened(name, files[name]) : await download(new URL(FILES[name], baseUrl).href, fetchFile, downloads.part(index)));
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(names.map(get));
  const train = paired(trainImages, trainLabels, 'training');
  return { ...train, test: paired(testImages, testLabels, 'test') };
}
