// Looking closer at a chart's steps: with mouse, finger, keys and buttons.

/** @typedef {{ min: number, max: number }} Span */

/** Fewest steps that fill the chart. */
const LEAST = 4;

/**
 * A span made shorter or longer about a place, within what there is; null for all of it.
 * @param {Span} span
 * @param {Span} whole
 * @param {number} factor below 1 goes closer
 * @param {number} [at] stays where it is; the middle
 * @returns {Span | null}
 */
export function scaled(span, whole, factor, at = (span.min + span.max) / 2) {
  const min = at - (at - span.min) * factor;
  const max = at + (span.max - at) * factor;
  if (max - min < LEAST) return span;
  return within({ min, max }, whole);
}

/**
 * @param {Span} span
 * @param {Span} whole
 * @param {number} by share of its length
 * @returns {Span | null}
 */
export function moved(span, whole, by) {
  const length = span.max - span.min;
  const min = Math.max(whole.min, Math.min(whole.max - length, span.min + by * length));
  return within({ min, max: min + length }, whole);
}

/**
 * @param {Span} span
 * @param {Span} whole
 */
function within({ min, max }, whole) {
  const cut = { min: Math.max(min, whole.min), max: Math.min(max, whole.max) };
  return cut.min <= whole.min && cut.max >= whole.max ? null : cut;
}

/**
 * A finger that moves sideways reads the curves; uPlot itself hears only mice.
 * @param {HTMLElement} element
 * @param {() => import('uplot') | null} chart
 */
export function readByTouch(element, chart) {
  const read = (/** @type {PointerEvent} */ event) => {
    const shown = chart();
    if (event.pointerType === 'mouse' || !shown) return;
    const box = shown.over.getBoundingClientRect();
    shown.setCursor({ left: Math.max(0, Math.min(box.width, event.clientX - box.left)), top: box.height / 2 });
  };
  element.addEventListener('pointerdown', read);
  element.addEventListener('pointermove', read);
}
