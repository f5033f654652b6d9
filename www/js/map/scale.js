// From the plane's coordinates to the canvas, and back. Coordinates may be warped by the normal distribution's Φ, so that
// equal areas hold equal shares of the prior, as in figure 4 of Kingma and Welling (2014).

import { normalCdf, normalQuantile } from './normal.js';

/** @typedef {'even' | 'normal'} Warp */

/**
 * What is shown: the middle, and half of the shorter side, in warped units.
 * @typedef {{ x: number, y: number, half: number }} View
 */

/** A view at rest: where the prior lives, and a little more. @type {Readonly<Record<Warp, View>>} */
export const HOME = Object.freeze({
  even: Object.freeze({ x: 0, y: 0, half: 3.5 }),
  normal: Object.freeze({ x: 0.5, y: 0.5, half: 0.5 }),
});

/** How near and how far a view may be. */
const LIMITS = Object.freeze({ even: [0.2, 100], normal: [0.02, 0.75] });

/** @typedef {ReturnType<typeof makeScale>} Scale */

/**
 * @param {{ width: number, height: number }} size of the canvas, in any unit
 * @param {View} view
 * @param {Warp} warp
 */
export function makeScale({ width, height }, view, warp) {
  /** Canvas units for one warped unit; the same both ways, so circles stay round. */
  const unit = Math.min(width, height) / (2 * view.half);
  const bend = warp === 'normal' ? normalCdf : identity;
  const straighten = warp === 'normal' ? normalQuantile : identity;
  const left = width / 2 - view.x * unit;
  const top = height / 2 + view.y * unit;
  return {
    unit, warp, view, width, height,
    /** @param {number} u */
    x: (u) => left + bend(u) * unit,
    /** @param {number} v */
    y: (v) => top - bend(v) * unit,
    /** @param {number} x */
    u: (x) => straighten((x - left) / unit),
    /** @param {number} y */
    v: (y) => straighten((top - y) / unit),
    /** Warped units on the canvas. @param {number} w */
    wx: (w) => left + w * unit,
    /** @param {number} w */
    wy: (w) => top - w * unit,
  };
}

/**
 * A view grown or shrunk about a point that stays where it is on the canvas.
 * @param {Scale} scale
 * @param {number} factor above 1 to come nearer
 * @param {number} x on the canvas
 * @param {number} y
 * @returns {View}
 */
export function zoomed(scale, factor, x, y) {
  const [least, most] = LIMITS[scale.warp];
  const half = Math.max(least, Math.min(most, scale.view.half / factor));
  const share = half / scale.view.half;
  const wx = scale.view.x + (x - scale.width / 2) / scale.unit;
  const wy = scale.view.y - (y - scale.height / 2) / scale.unit;
  return { x: wx + (scale.view.x - wx) * share, y: wy + (scale.view.y - wy) * share, half };
}

/**
 * One frame's part of the way from one view to another.
 * @param {View} from
 * @param {View} to
 * @returns {View} `to` itself once they can no longer be told apart
 */
export function nearer(from, to) {
  const part = 0.18;
  const far = Math.abs(Math.log(to.half / from.half)) + Math.hypot(to.x - from.x, to.y - from.y) / to.half;
  if (far < 0.004) return to;
  return {
    x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part, half: from.half * (to.half / from.half) ** part,
  };
}

/**
 * The home view, grown in steps until all but a few of the points are in it.
 * @param {Float32Array | null} points n×2
 * @returns {View} for even coordinates
 */
export function fitted(points) {
  let { half } = HOME.even;
  if (!points || points.length === 0) return { ...HOME.even, half };
  const reach = new Float32Array(points.length / 2);
  for (let i = 0; i < reach.length; i++) reach[i] = Math.max(Math.abs(points[2 * i]), Math.abs(points[2 * i + 1]));
  reach.sort();
  const most = reach[Math.floor(0.985 * (reach.length - 1))];
  while (half < most && half < LIMITS.even[1]) half *= 1.2;
  return { ...HOME.even, half };
}

/** @param {number} value */
function identity(value) {
  return value;
}
