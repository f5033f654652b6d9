// Drawings that are no digits, as strokes in the unit square.

/** @param {...number[]} lines points of each: x0, y0, x1, y1, … */
const lines = (...lines) => lines.map((points) => ({ points }));

/**
 * A filled shape: strokes across it, so near to each other that nothing shows between them.
 * @param {number} top
 * @param {number} bottom
 * @param {(y: number) => number[][]} spans from and to of what is filled at each height
 */
function filled(top, bottom, spans) {
  const strokes = [];
  for (let y = top; y <= bottom + 1e-9; y += 0.03) {
    for (const [from, to] of spans(y)) strokes.push({ points: [from, y, to, y], width: 0.05 });
  }
  return strokes;
}

/**
 * A curve as one stroke.
 * @param {number} count
 * @param {(t: number) => [number, number]} at t from 0 to 1
 */
const curve = (count, at) => Array.from({ length: count }, (_, i) => at(i / (count - 1))).flat();

const turn = 2 * Math.PI;
const circle = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ r) =>
  curve(24, (t) => [x + r * Math.cos(t * turn), y + r * Math.sin(t * turn)]);

/** @type {Readonly<Record<string, () => import('../../store.js').Stroke[]>>} */
export const SHAPES = Object.freeze({
  a: () => lines([0.28, 0.82, 0.5, 0.18, 0.72, 0.82], [0.37, 0.6, 0.63, 0.6]),
  k: () => lines([0.34, 0.2, 0.34, 0.8], [0.66, 0.2, 0.36, 0.52, 0.68, 0.8]),
  m: () => lines([0.22, 0.8, 0.26, 0.2, 0.5, 0.6, 0.74, 0.2, 0.78, 0.8]),
  scribble: () => lines(curve(60, (t) => [0.5 + 0.3 * Math.sin(t * 31) * Math.cos(t * 5), 0.5 + 0.3 * Math.sin(t * 23 + 1)])),
  spiral: () => lines(curve(60, (t) => [0.5 + 0.32 * t * Math.cos(t * 3.2 * turn), 0.5 + 0.32 * t * Math.sin(t * 3.2 * turn)])),
  star: () => lines(curve(6, (t) => [0.5 + 0.34 * Math.sin(t * 2 * turn), 0.5 - 0.34 * Math.cos(t * 2 * turn)])),
  face: () => lines(circle(0.5, 0.5, 0.33), [0.38, 0.42, 0.38, 0.44], [0.62, 0.42, 0.62, 0.44], curve(10, (t) => [0.35 + 0.3 * t, 0.6 + 0.09 * Math.sin(t * Math.PI)])),
  shirt: () => filled(0.2, 0.8, (y) => (y < 0.24 ? [[0.2, 0.38], [0.62, 0.8]] : y < 0.42 ? [[0.15, 0.85]] : [[0.32, 0.68]])),
  trousers: () => filled(0.18, 0.82, (y) => (y < 0.36 ? [[0.32, 0.68]] : [[0.32, 0.44], [0.56, 0.68]])),
  shoe: () => filled(0.36, 0.72, (y) => (y < 0.56 ? [[0.18, 0.42]] : [[0.18, 0.84]])),
  line: () => lines([0.5, 0.18, 0.5, 0.82]),
});
