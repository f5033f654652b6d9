// What is on the pad, and what the model sees of it.

/** A stroke is a list of points in the sketchpad's unit square: x0, y0, x1, y1, …
 * @typedef {number[]} Stroke */

/**
 * @typedef {object} DrawingState
 * @property {readonly Stroke[]} strokes
 * @property {Float32Array | null} input 784 pixels that the model sees; null while the pad is blank
 * @property {import('../api/types.js').Preprocessed | null} seen how the drawing became the input
 */

/** @returns {DrawingState} */
export function drawingState() {
  return { strokes: [], input: null, seen: null };
}
