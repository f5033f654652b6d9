// Strokes and the picture under them on a square canvas. What has only grown is only added to: a line being drawn costs
// what its newest bit costs.

import { PEN_WIDTH, SIDE, touched, tracePath } from './geometry.js';

/** @typedef {import('./store.js').Stroke} Stroke */
/** @typedef {import('./geometry.js').Box} Box */

/** Side of the ink that the model's 28×28 are made from: ten samples a pixel. */
const INK_SIDE = 280;

/** Ink on one canvas. */
export class Ink {
  /** What the canvas shows. @type {{ side: number, picture: Float32Array | null, strokes: readonly Stroke[], points: number }} */
  #shown = { side: 0, picture: null, strokes: [], points: 0 };

  /** @param {CanvasRenderingContext2D} context of a square canvas, of whatever size it has at the time */
  constructor(context) {
    this.context = context;
  }

  /**
   * @param {Float32Array | null} picture
   * @param {readonly Stroke[]} strokes
   * @returns {Box} the pixels that may have changed
   */
  show(picture, strokes) {
    const side = this.context.canvas.width;
    const shown = this.#shown;
    const last = shown.strokes.length - 1;
    const grown = shown.side === side && shown.picture === picture && last < strokes.length
      && shown.strokes.every((stroke, i) => stroke === strokes[i]);
    let changed = { x: 0, y: 0, width: side, height: side };
    if (grown) {
      changed = { ...changed, width: 0, height: 0 };
      for (let i = Math.max(0, last); i < strokes.length; i++) changed = union(changed, this.#add(strokes[i], i === last ? shown.points : 0, side));
    } else {
      this.context.clearRect(0, 0, side, side);
      if (picture) this.#lay(picture, side);
      for (const stroke of strokes) this.#add(stroke, 0, side);
    }
    this.#shown = { side, picture, strokes: [...strokes], points: (strokes.at(-1)?.points.length ?? 0) / 2 };
    return changed;
  }

  /**
   * @param {Stroke} stroke
   * @param {number} from points drawn already
   * @param {number} side
   * @returns {Box}
   */
  #add(stroke, from, side) {
    const { points, width = PEN_WIDTH, pressure, erases } = stroke;
    const { context } = this;
    const count = points.length / 2;
    if (from >= count) return { x: 0, y: 0, width: 0, height: 0 };
    context.globalCompositeOperation = erases ? 'destination-out' : 'source-over';
    context.strokeStyle = '#fff';
    context.lineCap = context.lineJoin = 'round';
    const line = (/** @type {number} */ wide, /** @type {number} */ begin, /** @type {number} */ end) => {
      context.lineWidth = wide * side;
      context.beginPath();
      tracePath(points, side, context, begin, end);
      context.stroke();
    };
    if (!pressure) line(width, from, count);
    else for (let end = from + 1; end <= count; end++) line(width * (pressure[end - 1] ?? 1), end - 1, end);
    return touched(stroke, Math.max(0, from - 2), side);
  }

  /**
   * @param {Float32Array} picture
   * @param {number} side
   */
  #lay(picture, side) {
    const image = new ImageData(SIDE, SIDE);
    image.data.fill(255);
    picture.forEach((value, i) => (image.data[4 * i + 3] = Math.round(value * 255)));
    const small = document.createElement('canvas');
    small.width = small.height = SIDE;
    /** @type {CanvasRenderingContext2D} */ (small.getContext('2d')).putImageData(image, 0, 0);
    this.context.globalCompositeOperation = 'source-over';
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(small, 0, 0, side, side);
  }
}

/**
 * @param {Box} a
 * @param {Box} b
 * @returns {Box}
 */
function union(a, b) {
  if (a.width === 0 || a.height === 0) return b;
  if (b.width === 0 || b.height === 0) return a;
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** @type {{ ink: Ink, values: Float32Array } | null} */
let sampled = null;

/**
 * Ink coverage for the engine.
 * @param {Float32Array | null} picture
 * @param {readonly Stroke[]} strokes
 * @returns {import('./api/protocol.js').Drawing} a copy, to be handed over
 */
export function rasterise(picture, strokes) {
  if (!sampled) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = INK_SIDE;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    sampled = { ink: new Ink(context), values: new Float32Array(INK_SIDE * INK_SIDE) };
  }
  const { ink, values } = sampled;
  const { x, y, width, height } = ink.show(picture, strokes);
  if (width > 0 && height > 0) {
    const { data } = ink.context.getImageData(x, y, width, height);
    for (let row = 0; row < height; row++) {
      const to = (y + row) * INK_SIDE + x;
      const from = 4 * row * width + 3;
      for (let column = 0; column < width; column++) values[to + column] = data[from + 4 * column] / 255;
    }
  }
  return { ink: values.slice(), width: INK_SIDE, height: INK_SIDE };
}
