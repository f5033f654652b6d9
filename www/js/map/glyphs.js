// The points of the map: each digit's class as a numeral, drawn once for every class and stamped wherever it occurs.

/**
 * A numeral's pixels that are not clear, premultiplied; `at` is where they lie from the middle.
 * @typedef {{ dx: Int16Array, dy: Int16Array, color: Uint32Array, rest: Uint16Array }} Stamp
 */

/** `reach` is how far from its middle a numeral's pixels may lie. @typedef {{ stamps: readonly Stamp[], reach: number }} Glyphs */

/** Multiples of the golden ratio fill [0, 1) evenly. */
const GOLDEN = 0.618034;

/**
 * @param {import('./palette.js').Theme} theme
 * @param {number} size of the numerals in device pixels
 * @returns {Glyphs}
 */
export function makeGlyphs(theme, size) {
  const reach = Math.ceil(size * 0.75);
  const side = 2 * reach + 1;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.font = `700 ${size}px ui-sans-serif, system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = size / 5;
  context.strokeStyle = theme.surface;
  const stamps = theme.classes.map((color, label) => {
    context.clearRect(0, 0, side, side);
    // A rim in the ground's colour keeps numerals apart from each other and from the pictures behind.
    context.globalAlpha = 0.85;
    context.strokeText(String(label), side / 2, side / 2);
    context.globalAlpha = 1;
    context.fillStyle = color;
    context.fillText(String(label), side / 2, side / 2);
    return stampOf(context.getImageData(0, 0, side, side).data, side);
  });
  return { stamps, reach };
}

/**
 * @param {ArrayLike<number>} rgba side×side
 * @param {number} side odd
 * @returns {Stamp}
 */
export function stampOf(rgba, side) {
  const seen = Array.from({ length: side * side }, (_, i) => i).filter((i) => rgba[4 * i + 3] > 0);
  const middle = (side - 1) / 2;
  const share = (/** @type {number} */ i, /** @type {number} */ channel) => Math.floor((rgba[4 * i + channel] * rgba[4 * i + 3]) / 255);
  return {
    dx: Int16Array.from(seen, (i) => (i % side) - middle),
    dy: Int16Array.from(seen, (i) => Math.floor(i / side) - middle),
    color: Uint32Array.from(seen, (i) => share(i, 0) | (share(i, 1) << 8) | (share(i, 2) << 16)),
    rest: Uint16Array.from(seen, (i) => 255 - rgba[4 * i + 3]),
  };
}

/**
 * Lays a stamp over opaque pixels; what lies beyond their edge is left out.
 * @param {Uint32Array} pixels height×width as little-endian RGBA
 * @param {number} width
 * @param {Stamp} stamp
 * @param {number} x of its middle, whole
 * @param {number} y
 */
export function blend(pixels, width, { dx, dy, color, rest }, x, y) {
  const height = pixels.length / width;
  for (let i = 0; i < color.length; i++) {
    const column = x + dx[i];
    const row = y + dy[i];
    if (column < 0 || column >= width || row < 0 || row >= height) continue;
    const at = row * width + column;
    const below = pixels[at];
    const share = rest[i];
    // Two channels in one product: there are eight bits of room above each.
    const redBlue = (((below & 0xff00ff) * share) >>> 8) & 0xff00ff;
    const green = (((below & 0xff00) * share) >>> 8) & 0xff00;
    pixels[at] = color[i] + redBlue + green + 0xff000000;
  }
}

/**
 * @param {Uint32Array} pixels height×width as little-endian RGBA
 * @param {import('./scale.js').Scale} scale in device pixels
 * @param {{ points: Float32Array, labels: Uint8Array, hidden: readonly number[] }} digits n×2 coordinates and their classes
 * @param {Glyphs} glyphs
 * @param {boolean} flat one dimension: the height is free, so each class gets a row of its own
 */
export function stampAll(pixels, scale, { points, labels, hidden }, { stamps, reach }, flat) {
  const shown = stamps.map((_, label) => !hidden.includes(label));
  for (let i = 0; 2 * i < points.length; i++) {
    const label = labels[i];
    if (!shown[label]) continue;
    const x = Math.round(scale.x(points[2 * i]));
    const y = Math.round(flat ? (scale.height * (label + 0.15 + 0.7 * ((i * GOLDEN) % 1))) / stamps.length : scale.y(points[2 * i + 1]));
    if (x < -reach || y < -reach || x > scale.width + reach || y > scale.height + reach) continue;
    blend(pixels, scale.width, stamps[label], x, y);
  }
}
