// Strokes as a short text for links: two bytes a point, one byte for a stroke's length, in base64 for URLs.
// A stroke that is more than a plain line begins with a zero byte, which no length is, and says what it is.

/** @typedef {import('./store.js').Stroke} Stroke */

/** No drawing needs more, and each point is drawn again whenever the pad is. */
const MAX_LENGTH = 64_000;

/** Points of a stroke that one length byte can count; a longer stroke goes on in a further one. */
const MAX_POINTS = 255;

/** Bits of the byte behind the zero. */
const ERASES = 1;
const HAS_WIDTH = 2;
const HAS_PRESSURE = 4;

/** Widths are counted in 512ths of the pad, pressures in 64ths. */
const WIDTH_UNIT = 1 / 512;
const PRESSURE_UNIT = 1 / 64;

/**
 * @param {readonly Stroke[]} strokes
 * @returns {string} coordinates outside of the pad are moved to its edge
 */
export function encodeStrokes(strokes) {
  /** @type {number[]} */
  const bytes = [];
  for (const { points, width, pressure, erases } of strokes) {
    // The last point of a piece is the first of the next, so that the line does not break.
    for (let from = 0; from < points.length / 2; from += MAX_POINTS - 1) {
      const piece = points.slice(2 * from, 2 * (from + MAX_POINTS));
      if (from > 0 && piece.length === 2) break;
      const kind = (erases ? ERASES : 0) | (width === undefined ? 0 : HAS_WIDTH) | (pressure ? HAS_PRESSURE : 0);
      if (kind) bytes.push(0, kind);
      if (width !== undefined) bytes.push(byte(width / WIDTH_UNIT));
      bytes.push(piece.length / 2, ...piece.map((value) => byte(value * 255)));
      if (pressure) for (let i = 0; i < piece.length / 2; i++) bytes.push(byte((pressure[from + i] ?? 1) / PRESSURE_UNIT));
    }
  }
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {number} value */
function byte(value) {
  return Math.round(Math.min(255, Math.max(0, value)));
}

/**
 * @param {string} text
 * @returns {Stroke[] | undefined} undefined where the text is not what encodeStrokes writes
 */
export function decodeStrokes(text) {
  if (text.length > MAX_LENGTH) return undefined;
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
  const strokes = [];
  for (let at = 0; at < bytes.length; ) {
    let kind = 0;
    if (bytes[at] === 0) {
      kind = bytes[at + 1] ?? 0;
      if (kind === 0 || kind > (ERASES | HAS_WIDTH | HAS_PRESSURE)) return undefined;
      at += 2;
    }
    /** @type {Stroke} */
    const stroke = { points: [] };
    if (kind & ERASES) stroke.erases = true;
    if (kind & HAS_WIDTH) stroke.width = bytes[at++] * WIDTH_UNIT;
    const count = bytes[at] ?? 0;
    const middle = at + 1 + 2 * count;
    const end = middle + (kind & HAS_PRESSURE ? count : 0);
    if (count === 0 || end > bytes.length) return undefined;
    stroke.points = Array.from(bytes.subarray(at + 1, middle), (value) => value / 255);
    if (kind & HAS_PRESSURE) stroke.pressure = Array.from(bytes.subarray(middle, end), (value) => value * PRESSURE_UNIT);
    strokes.push(stroke);
    at = end;
  }
  return strokes;
}
