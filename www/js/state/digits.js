// Test digits that come with the page: for the map, the picker, and as a yardstick.

/**
 * Pixels in [0, 1], n×784, and their classes.
 * @typedef {{ images: Float32Array, labels: Uint8Array }} Digits
 */

/**
 * @typedef {object} DigitsState
 * @property {Digits | null} digits null until they have arrived
 */

/** @returns {DigitsState} */
export function digitsState() {
  return { digits: null };
}
