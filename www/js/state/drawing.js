// What is on the pad, and what the model sees of it.

/**
 * One line of the pen.
 * @typedef {object} Stroke
 * @property {number[]} points in the pad's unit square: x0, y0, x1, y1, …
 * @property {number} [width] of the line, a share of the pad's side; PEN_WIDTH where it is left out
 * @property {number[]} [pressure] what the width is multiplied by at each point, where a pen tells it
 * @property {boolean} [erases] it takes ink away
 */

/**
 * @typedef {object} DrawingState
 * @property {readonly Stroke[]} strokes
 * @property {Float32Array | null} picture 784 pixels that lie under the strokes: a test digit, an image from a file
 * @property {number | null} pictureDigit which of the page's test digits the picture is
 * @property {{ erases: boolean, width: number | undefined }} pen what the next stroke is drawn with
 * @property {boolean} canUndo
 * @property {boolean} canRedo
 * @property {Float32Array | null} input 784 pixels that the model sees; null while the pad is blank
 * @property {import('../api/types.js').Preprocessed | null} seen how a drawing became the input; null for a picture as it is
 */

/** @returns {DrawingState} */
export function drawingState() {
  return {
    strokes: [], picture: null, pictureDigit: null, pen: { erases: false, width: undefined }, canUndo: false, canRedo: false,
    input: null, seen: null,
  };
}
