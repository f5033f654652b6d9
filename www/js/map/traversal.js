// What one dimension does to the picture: the others stay, it goes from one end of its slider to the other.

/** Pictures in a strip. */
export const STOPS = 7;
/** Sliders reach this far at least; N(0, 1) is all but never beyond. */
export const REACH = 4;
/** Codes that blow up are not followed. */
const FARTHEST = 500;
/** This share of the codes' numbers may lie beyond. */
const OUTSIDE = 0.01;

/**
 * How far sliders must reach for nearly all codes; a model that is not held to the prior uses more room than it has.
 * @param {ArrayLike<number>} codes
 * @returns {number}
 */
export function reachOf(codes) {
  for (let reach = REACH; ; reach *= 1.5) {
    let beyond = 0;
    for (let i = 0; i < codes.length; i++) if (Math.abs(codes[i]) > reach) beyond++;
    if (beyond <= OUTSIDE * codes.length || reach > FARTHEST) return reach;
  }
}

/**
 * Codes along some dimensions, each value in the middle of its picture's part of the slider.
 * @param {Float32Array} z latent
 * @param {readonly number[]} dimensions
 * @param {number} [reach] of the sliders
 * @returns {Float32Array} (dimensions·STOPS)×latent
 */
export function traversal(z, dimensions, reach = REACH) {
  const codes = new Float32Array(dimensions.length * STOPS * z.length);
  dimensions.forEach((dimension, n) => {
    for (let stop = 0; stop < STOPS; stop++) {
      const at = (n * STOPS + stop) * z.length;
      codes.set(z, at);
      codes[at + dimension] = reach * ((2 * stop + 1) / STOPS - 1);
    }
  });
  return codes;
}
