// What one dimension does to the picture: the others stay, it goes from one end of its slider to the other.

/** Pictures in a strip. */
export const STOPS = 7;
/** Sliders reach this far; N(0, 1) is all but never beyond. */
export const REACH = 4;

/**
 * Codes along some dimensions, each value in the middle of its picture's part of the slider.
 * @param {Float32Array} z latent
 * @param {readonly number[]} dimensions
 * @returns {Float32Array} (dimensions·STOPS)×latent
 */
export function traversal(z, dimensions) {
  const codes = new Float32Array(dimensions.length * STOPS * z.length);
  dimensions.forEach((dimension, n) => {
    for (let stop = 0; stop < STOPS; stop++) {
      const at = (n * STOPS + stop) * z.length;
      codes.set(z, at);
      codes[at + dimension] = REACH * ((2 * stop + 1) / STOPS - 1);
    }
  });
  return codes;
}
