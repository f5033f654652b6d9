// Mouse, finger, pen and keys on a map, as what they mean.

/**
 * @typedef {object} Meanings
 * @property {(x: number, y: number) => void} hover over a place, from the element's corner
 * @property {() => void} leave
 * @property {(x: number, y: number) => void} pick press there, or drag to there
 * @property {(factor: number, x: number, y: number) => void} zoom about a place
 * @property {(dx: number, dy: number) => void} pan
 * @property {(right: number, up: number) => void} move z by so many steps
 * @property {() => void} fit
 * @property {() => void} home z to where it belongs
 * @property {(x: number, y: number) => void} take what is at a place
 * @property {() => void} takeHere what is at z
 */

/** Steps of an arrow key, and with Shift. */
const STEP = 1;
const LEAP = 5;
const ZOOM = 1.25;

/**
 * @param {HTMLElement} element
 * @param {() => number} unit CSS pixels to the lengths that are told
 * @param {Meanings} meanings
 */
export function attachPointing(element, unit, meanings) {
  /** Where each pressed pointer is. @type {Map<number, [number, number]>} */
  const pressed = new Map();
  let panning = false;

  /** @param {MouseEvent} event @returns {[number, number]} */
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [(event.clientX - box.left) / unit(), (event.clientY - box.top) / unit()];
  };

  element.addEventListener('pointerdown', (event) => {
    if (event.button > 1) return;
    pressed.set(event.pointerId, place(event));
    element.setPointerCapture(event.pointerId);
    panning = event.shiftKey || event.button === 1 || pressed.size > 1;
    if (!panning) meanings.pick(...place(event));
  });

  element.addEventListener('pointermove', (event) => {
    const at = place(event);
    const before = pressed.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') meanings.hover(...at);
      return;
    }
    const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
    pressed.set(event.pointerId, at);
    if (other) {
      const apart = (/** @type {[number, number]} */ [x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
      meanings.zoom(apart(at) / apart(before), (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
      meanings.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    } else if (panning) {
      meanings.pan(at[0] - before[0], at[1] - before[1]);
    } else {
      meanings.pick(...at);
    }
  });

  for (const ending of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    element.addEventListener(ending, ({ pointerId }) => void pressed.delete(pointerId));
  }
  element.addEventListener('pointerleave', () => meanings.leave());

  element.addEventListener('dblclick', (event) => meanings.take(...place(event)));

  element.addEventListener('wheel', (event) => {
    // Where something scrolls, a wheel over the map would hold it fast; a pinch on a touchpad comes with ctrlKey.
    if (!event.ctrlKey && event.composedPath().some(scrolls)) return;
    event.preventDefault();
    meanings.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...place(event));
  }, { passive: false });

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = event.shiftKey ? LEAP : STEP;
    const middle = /** @type {const} */ ([element.clientWidth / 2 / unit(), element.clientHeight / 2 / unit()]);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => meanings.move(-steps, 0),
      ArrowRight: () => meanings.move(steps, 0),
      ArrowUp: () => meanings.move(0, steps),
      ArrowDown: () => meanings.move(0, -steps),
      '+': () => meanings.zoom(ZOOM, ...middle),
      '=': () => meanings.zoom(ZOOM, ...middle),
      '-': () => meanings.zoom(1 / ZOOM, ...middle),
      0: meanings.fit,
      Home: meanings.home,
      Escape: meanings.home,
      Enter: meanings.takeHere,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {EventTarget} target of a wheel, or around it */
function scrolls(target) {
  if (!(target instanceof Element) || target.scrollHeight <= target.clientHeight + 1) return false;
  return target === document.documentElement || /auto|scroll/.test(getComputedStyle(target).overflowY);
}
