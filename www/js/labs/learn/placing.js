// Where a card may stand so that it does not lie over what it speaks of. Pure geometry.

/** @typedef {{ left: number, top: number, width: number, height: number }} Box in CSS pixels of the viewport */

/** Pixels between the ring, the card and the viewport's edge. */
const GAP = 12;

/**
 * Below, above, beside, or where none has room, in the corner that hides the least.
 * @param {Box} place
 * @param {{ width: number, height: number }} card
 * @param {{ width: number, height: number }} view
 * @returns {{ left: number, top: number }}
 */
export function placeCard(place, card, view) {
  const right = place.left + place.width;
  const bottom = place.top + place.height;
  const left = within(place.left + (place.width - card.width) / 2, card.width, view.width);
  const top = within(place.top + (place.height - card.height) / 2, card.height, view.height);
  if (bottom + GAP + card.height + GAP <= view.height) return { left, top: bottom + GAP };
  if (place.top - GAP - card.height >= GAP) return { left, top: place.top - GAP - card.height };
  if (right + GAP + card.width + GAP <= view.width) return { left: right + GAP, top };
  if (place.left - GAP - card.width >= GAP) return { left: place.left - GAP - card.width, top };
  const corners = [GAP, view.width - card.width - GAP].flatMap((x) =>
    [view.height - card.height - GAP, GAP].map((y) => ({ left: Math.max(GAP, x), top: Math.max(GAP, y) })),
  );
  const covered = corners.map((corner) => overlap(place, { ...corner, ...card }));
  return corners[covered.indexOf(Math.min(...covered))];
}

/**
 * @param {number} start
 * @param {number} size
 * @param {number} room
 */
function within(start, size, room) {
  return Math.max(GAP, Math.min(start, room - size - GAP));
}

/**
 * @param {Box} a
 * @param {Box} b
 * @returns {number} area that both cover
 */
function overlap(a, b) {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}
