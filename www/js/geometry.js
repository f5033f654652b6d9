// Strokes as geometry: from pointer positions to smooth paths in the unit square. Pure numbers, no canvas.

/** @typedef {import('./store.js').Stroke} Stroke */

/** Pen width as a share of the pad: MNIST's digits are about 20 pixels tall and 2 to 3 thick. */
export const PEN_WIDTH = 0.085;

/**
 * @param {{ left: number, top: number, width: number, height: number }} box on the screen
 * @param {number} clientX
 * @param {number} clientY
 * @returns {[number, number]} in the pad's unit square; outside of it where the pointer is outside
 */
export function toUnit(box, clientX, clientY) {
  return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
}

/**
 * Adds a point unless it is too near the last one to matter.
 * @param {Stroke} stroke
 * @param {number} x
 * @param {number} y
 * @returns {boolean} whether it was added
 */
export function extend(stroke, x, y) {
  const n = stroke.length;
  if (n >= 2 && Math.hypot(stroke[n - 2] - x, stroke[n - 1] - y) < 0.002) return false;
  stroke.push(x, y);
  return true;
}

/** What a path is drawn with; a canvas context is one.
 * @typedef {object} PathSink
 * @property {(x: number, y: number) => void} moveTo
 * @property {(x: number, y: number) => void} lineTo
 * @property {(cx: number, cy: number, x: number, y: number) => void} quadraticCurveTo
 */

/**
 * A smooth path through the middles of a stroke's segments, its points as the curves' handles.
 * A single point becomes a line too short to see, which round caps show as a dot; a line of no length would not be drawn.
 * @param {Stroke} stroke
 * @param {number} size the unit square's side in the sink's units
 * @param {PathSink} sink
 */
export function tracePath(stroke, size, sink) {
  const n = stroke.length;
  if (n < 2) return;
  const at = (/** @type {number} */ i) => stroke[i] * size;
  sink.moveTo(at(0), at(1));
  for (let i = 2; i + 3 < n; i += 2) {
    sink.quadraticCurveTo(at(i), at(i + 1), (at(i) + at(i + 2)) / 2, (at(i + 1) + at(i + 3)) / 2);
  }
  sink.lineTo(at(n - 2) + (n === 2 ? size / 1000 : 0), at(n - 1));
}
