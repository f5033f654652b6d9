// Where z is on the map, in words, and which digits are near.

import { project } from './plane.js';

/** So many of the nearest digits are asked for their class. */
const NEIGHBOURS = 7;

/**
 * @param {Readonly<import('../store.js').State>} state
 * @returns {{ key: 'map.place' | 'map.place.near' | 'map.then', params: Record<string, string> } | null}
 */
export function placeWords({ atlas, z, digits, replay, snapshots }) {
  if (replay !== null) {
    const losses = snapshots[Math.min(snapshots.length - 1, Math.round(replay))]?.losses;
    return losses ? { key: 'map.then', params: { elbo: (losses.recon + losses.kl).toFixed(1), kl: losses.kl.toFixed(1) } } : null;
  }
  if (!atlas || z?.length !== atlas.plane.a.length) return null;
  const [u, v] = project(z, atlas.plane);
  const place = z.length === 1 ? signed(u) : `(${signed(u)}, ${signed(v)})`;
  const near = digits && commonClass(atlas.points, digits.labels, u, v);
  return near === null ? { key: 'map.place', params: { place } } : { key: 'map.place.near', params: { place, near: String(near) } };
}

/**
 * The most frequent class among the points nearest to a place.
 * @param {Float32Array} points n×2
 * @param {Uint8Array} labels n
 * @param {number} u
 * @param {number} v
 * @returns {number | null}
 */
export function commonClass(points, labels, u, v) {
  /** The nearest so far, nearest first. @type {{ distance: number, label: number }[]} */
  const nearest = [];
  for (let i = 0; 2 * i < points.length; i++) {
    const distance = (points[2 * i] - u) ** 2 + (points[2 * i + 1] - v) ** 2;
    if (nearest.length === NEIGHBOURS && distance >= nearest[NEIGHBOURS - 1].distance) continue;
    nearest.push({ distance, label: labels[i] });
    nearest.sort((one, other) => one.distance - other.distance);
    nearest.length = Math.min(nearest.length, NEIGHBOURS);
  }
  if (nearest.length === 0) return null;
  const votes = new Map();
  for (const { label } of nearest) votes.set(label, (votes.get(label) ?? 0) + 1);
  return [...votes].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/**
 * @param {Float32Array} points n×2
 * @param {Uint8Array} labels n
 * @param {readonly number[]} hidden classes that do not count
 * @param {number} u
 * @param {number} v
 * @param {number} reach farthest that it may be
 * @returns {number | null} its index
 */
export function nearestDigit(points, labels, hidden, u, v, reach) {
  let nearest = null;
  let least = reach;
  for (let i = 0; 2 * i < points.length; i++) {
    const distance = Math.hypot(points[2 * i] - u, points[2 * i + 1] - v);
    if (distance > least || hidden.includes(labels[i])) continue;
    least = distance;
    nearest = i;
  }
  return nearest;
}

/** @param {number} value */
function signed(value) {
  return value.toFixed(2).replace('-', '−');
}
