// The lines between the parts: from one box to the next, whichever way the next one lies.

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Rectangle */

/**
 * @param {Rectangle} from
 * @param {Rectangle} to
 * @param {number} [tolerance] boxes may overlap by so much
 * @returns {string | null} a path's data: from the right side to the left one, or from below to above; null where the boxes lie in
 *   each other's way
 */
export function wirePath(from, to, tolerance = 4) {
  const beside = to.left >= from.right - tolerance;
  if (beside) return curve([from.right, middle(from.top, from.bottom)], [to.left, middle(to.top, to.bottom)], true);
  if (to.top >= from.bottom - tolerance) {
    // Straight down where one box is above the other.
    const [left, right] = [Math.max(from.left, to.left), Math.min(from.right, to.right)];
    const x = right > left ? middle(left, right) : null;
    return curve([x ?? middle(from.left, from.right), from.bottom], [x ?? middle(to.left, to.right), to.top], false);
  }
  return null;
}

/**
 * @param {number} a
 * @param {number} b
 */
function middle(a, b) {
  return (a + b) / 2;
}

/**
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {boolean} across whether it leaves and arrives level
 */
function curve([x0, y0], [x1, y1], across) {
  const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
  const bend = across ? [middle(x0, x1), y0, middle(x0, x1), y1] : [x0, middle(y0, y1), x1, middle(y0, y1)];
  return `M${round(x0)} ${round(y0)}C${bend.map(round).join(' ')} ${round(x1)} ${round(y1)}`;
}
