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
 * The span in which each of two steps lies where a finger has taken it; null for all of it.
 * @param {Span} whole
 * @param {readonly [number, number]} steps
 * @param {readonly [number, number]} places shares of the width, from the left
 * @returns {Span | null}
 */
export function pinched(whole, steps, places) {
  // Fingers that touch or cross would ask for an endless or a reversed span.
  const apart = Math.max(0.05, Math.abs(places[1] - places[0]));
  const length = Math.min(whole.max - whole.min, Math.max(LEAST, Math.abs(steps[1] - steps[0]) / apart));
  const min = Math.max(whole.min, Math.min(whole.max - length, (steps[0] + steps[1] - length * (places[0] + places[1])) / 2));
  return within({ min, max: min + length }, whole);
}

/**
 * Two fingers take the steps under them along.
 * @param {HTMLElement} element
 * @param {() => import('uplot') | null} chart
 * @param {(steps: [number, number], places: [number, number]) => void} onPinch as `pinched` takes them
 */
export function zoomByTouch(element, chart, onPinch) {
  /** Where each finger is, and the step that it took hold of. @type {Map<number, { place: number, step: number }>} */
  const fingers = new Map();
  const placeOf = (/** @type {PointerEvent} */ event, /** @type {import('uplot')} */ shown) => {
    const { left, width } = shown.over.getBoundingClientRect();
    return { place: (event.clientX - left) / width, step: shown.posToVal(event.clientX - left, 'x') };
  };
  element.addEventListener('pointerdown', (event) => {
    const shown = chart();
    if (shown && event.pointerType !== 'mouse') fingers.set(event.pointerId, placeOf(event, shown));
  });
  element.addEventListener('pointermove', (event) => {
    const shown = chart();
    const finger = fingers.get(event.pointerId);
    if (!shown || !finger) return;
    finger.place = placeOf(event, shown).place;
    if (fingers.size !== 2) return;
    const [one, other] = fingers.values();
    onPinch([one.step, other.step], [one.place, other.place]);
  });
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    element.addEventListener(end, (event) => void fingers.delete(event.pointerId));
  }
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
