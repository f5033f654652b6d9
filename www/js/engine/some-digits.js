// Fetches the test digits that come with the page.

import { SOME_DIGITS_URL } from '../api/assets.js';
import { fetchOk } from '../api/fetching.js';
import { unpack } from '../api/packed.js';
import { fromBytes } from '../api/pixels.js';

/** IDX: a magic number and one 32-bit size for each axis stand before the values. */
const IMAGES_HEADER = 16;
const LABELS_HEADER = 8;

/** @returns {Promise<import('../state/digits.js').Digits>} */
export async function someDigits() {
  const [images, labels] = await Promise.all([file('some-images-idx3-ubyte.gz'), file('some-labels-idx1-ubyte.gz')]);
  return { images: fromBytes(images.subarray(IMAGES_HEADER)), labels: labels.slice(LABELS_HEADER) };
}

/**
 * @param {string} name
 * @returns {Promise<Uint8Array>}
 */
async function file(name) {
  const { body } = await fetchOk(new URL(name, SOME_DIGITS_URL).href);
  return unpack(body, () => {});
}
