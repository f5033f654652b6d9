// Strokes and pictures as geometry, in the unit square and in pixels. Pure numbers, no canvas.

/** @typedef {import('./store.js').Stroke} Stroke */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** Pen width as a share of the pad: MNIST's digits are about 20 pixels tall and 2 to 3 thick. */
export const PEN_WIDTH = 0.085;

/** Side of the model's pictures. */
export const SIDE = 28;

/** Fainter than half a grey level is paper, as the engine has it. */
const FAINTEST = 0.5 / 255;

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
 * @param {number} [pressure] kept where the stroke has pressures
 * @returns {boolean} whether it was added
 */
export function extend({ points, pressure: pressures }, x, y, pressure = 1) {
  const n = points.length;
  if (n >= 2 && Math.hypot(points[n - 2] - x, points[n - 1] - y) < 0.002) return false;
  points.push(x, y);
  pressures?.push(pressure);
  return true;
}

/** What a path is drawn with; a canvas context is one.
 * @typedef {object} PathSink
 * @property {(x: number, y: number) => void} moveTo
 * @property {(x: number, y: number) => void} lineTo
 * @property {(cx: number, cy: number, x: number, y: number) => void} quadraticCurveTo
 */

/**
 * A smooth path through the middles of a line's segments, its points as the curves' handles.
 * A single point becomes a line too short to see, which round caps show as a dot; a line of no length would not be drawn.
 * @param {readonly number[]} points
 * @param {number} size the unit square's side in the sink's units
 * @param {PathSink} sink
 * @param {number} [from] points that have been drawn already, their last straight bit aside
 * @param {number} [to] points to draw
 */
export function tracePath(points, size, sink, from = 0, to = points.length / 2) {
  if (to < 1) return;
  const x = (/** @type {number} */ i) => points[2 * i] * size;
  const y = (/** @type {number} */ i) => points[2 * i + 1] * size;
  const first = Math.max(1, from - 1);
  if (first === 1) sink.moveTo(x(0), y(0));
  else sink.moveTo((x(first - 1) + x(first)) / 2, (y(first - 1) + y(first)) / 2);
  for (let i = first; i + 1 < to; i++) {
    sink.quadraticCurveTo(x(i), y(i), (x(i) + x(i + 1)) / 2, (y(i) + y(i + 1)) / 2);
  }
  sink.lineTo(x(to - 1) + (to === 1 ? size / 1000 : 0), y(to - 1));
}

/**
 * Whole pixels that a part of a stroke may touch.
 * @param {Stroke} stroke
 * @param {number} from the part's first point
 * @param {number} size the unit square's side in pixels
 * @returns {Box} within the square
 */
export function touched({ points, width = PEN_WIDTH, pressure }, from, size) {
  const reach = (width / 2) * Math.max(1, ...(pressure?.slice(from) ?? [])) * size + 2;
  let [left, top, right, bottom] = [size, size, 0, 0];
  for (let i = 2 * from; i < points.length; i += 2) {
    left = Math.min(left, points[i] * size - reach);
    right = Math.max(right, points[i] * size + reach);
    top = Math.min(top, points[i + 1] * size - reach);
    bottom = Math.max(bottom, points[i + 1] * size + reach);
  }
  const x = Math.max(0, Math.floor(left));
  const y = Math.max(0, Math.floor(top));
  return { x, y, width: Math.max(0, Math.min(size, Math.ceil(right)) - x), height: Math.max(0, Math.min(size, Math.ceil(bottom)) - y) };
}

/**
 * Where a picture's ink is.
 * @param {Float32Array} pixels 784
 * @returns {{ box: Box, centre: { x: number, y: number } } | null} whole pixels, and the centre of mass with a pixel's centre
 *   at its index; null without ink
 */
export function inkOf(pixels) {
  let [left, top, right, bottom] = [SIDE, SIDE, -1, -1];
  let [mass, mx, my] = [0, 0, 0];
  pixels.forEach((value, i) => {
    if (value < FAINTEST) return;
    const x = i % SIDE;
    const y = Math.floor(i / SIDE);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    mass += value;
    mx += value * x;
    my += value * y;
  });
  if (right < 0) return null;
  return { box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }, centre: { x: mx / mass, y: my / mass } };
}
