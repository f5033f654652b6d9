// Fetches the test digits that come with the page.

import { SOME_DIGITS } from '../api/assets.js';
import { fetchOk } from '../api/fetching.js';
import { unpack } from '../api/packed.js';
import { fromBytes } from '../api/pixels.js';

/** IDX: a magic number and one 32-bit size for each axis stand before the values. */
const IMAGES_HEADER = 16;
const LABELS_HEADER = 8;

/** @returns {Promise<import('../state/digits.js').Digits>} */
export async function someDigits() {
  const [images, labels] = await Promise.all([file(SOME_DIGITS.images), file(SOME_DIGITS.labels)]);
  return { images: fromBytes(images.subarray(IMAGES_HEADER)), labels: labels.slice(LABELS_HEADER) };
}

/**
 * @param {string} url
 * @returns {Promise<Uint8Array>}
 */
async function file(url) {
  const { body } = await fetchOk(url);
  return unpack(body, () => {});
}
