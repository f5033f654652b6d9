// Strokes as a short text for links: two bytes a point, one byte for a stroke's length, in base64 for URLs.

/** @typedef {import('./store.js').Stroke} Stroke */

/** Points of a stroke that one length byte can count; a longer stroke goes on in a further one. */
const MAX_POINTS = 255;

/**
 * @param {readonly Stroke[]} strokes
 * @returns {string} coordinates outside of the pad are moved to its edge
 */
export function encodeStrokes(strokes) {
  /** @type {number[]} */
  const bytes = [];
  for (const stroke of strokes) {
    // The last point of a piece is the first of the next, so that the line does not break.
    for (let from = 0; from < stroke.length; from += 2 * (MAX_POINTS - 1)) {
      const piece = stroke.slice(from, from + 2 * MAX_POINTS);
      if (from > 0 && piece.length === 2) break;
      bytes.push(piece.length / 2, ...piece.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255)));
    }
  }
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * @param {string} text
 * @returns {Stroke[] | undefined} undefined where the text is not what encodeStrokes writes
 */
export function decodeStrokes(text) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
  const strokes = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + 2 * bytes[at];
    if (bytes[at] === 0 || end > bytes.length) return undefined;
    strokes.push(Array.from(bytes.subarray(at + 1, end), (value) => value / 255));
    at = end;
  }
  return strokes;
}
