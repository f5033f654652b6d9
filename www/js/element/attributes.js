// The element's attributes as they are meant: what is none of their values stands for the default, as in HTML's own.

/** The lightest model that comes with trained weights: what a page transfers is mostly the model. */
export const DEFAULT_MODEL = 'mini-2';

export const VIEW_NAMES = /** @type {const} */ (['draw', 'map', 'train', 'full']);
export const BACKENDS = /** @type {const} */ (['auto', 'webgpu', 'cpu']);
export const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);

/** @typedef {typeof VIEW_NAMES[number]} ViewName */

/**
 * @template {string} T
 * @param {readonly T[]} values the default first
 * @param {string | null} text
 * @returns {T}
 */
export function oneOf(values, text) {
  const wanted = text?.trim().toLowerCase();
  return values.find((value) => value === wanted) ?? values[0];
}

/**
 * Where a model is: weights at an address, or a preset by its name.
 * @param {string} model
 */
export function isAddress(model) {
  return /[/.:]/.test(model);
}

/**
 * Lines of the pen as the pad takes them.
 * @param {unknown} strokes each a list of x0, y0, x1, y1, … in the pad's unit square, or an object with such `points`
 * @returns {import('../state/drawing.js').Stroke[] | null} null for what is no drawing
 */
export function strokesOf(strokes) {
  if (!Array.isArray(strokes)) return null;
  const lines = strokes.map((one) => (Array.isArray(one) || ArrayBuffer.isView(one) ? { points: one } : one));
  const good = lines.every((one) => one && typeof one === 'object' && isLine(one.points) && isWidth(one.width));
  return good ? lines.map((one) => ({ ...one, points: Array.from(one.points) })) : null;
}

/** @param {unknown} points */
function isLine(points) {
  if (!Array.isArray(points) && !ArrayBuffer.isView(points)) return false;
  const numbers = Array.from(/** @type {ArrayLike<unknown>} */ (/** @type {unknown} */ (points)));
  return numbers.length >= 2 && numbers.length % 2 === 0 && numbers.every((value) => Number.isFinite(value));
}

/** @param {unknown} width of a line, a share of the pad */
function isWidth(width) {
  return width === undefined || (typeof width === 'number' && width > 0 && width <= 1);
}
