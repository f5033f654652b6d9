// What the map shows at one moment: now, or at a place in the replay.

import { mix } from './motion.js';
import { project, projectedEllipse } from './plane.js';

/** @typedef {import('../store.js').State} State */

/**
 * @typedef {object} Moment
 * @property {import('./plane.js').Plane} plane
 * @property {Float32Array} points n×2
 * @property {import('../state/map.js').Manifold | null} manifold
 * @property {Float32Array | null} mu
 * @property {Float32Array | null} sigma
 * @property {readonly Float32Array[]} trail μ, oldest first
 * @property {Float32Array | null} z
 * @property {Float32Array | null} reconstruction of the drawing at a place in the replay; null for now, when the page shows it
 */

/**
 * @param {Readonly<State>} state
 * @returns {Moment | null} null while there is nothing to show
 */
export function momentOf(state) {
  const { atlas, replay, snapshots } = state;
  if (!atlas) return null;
  if (replay === null || snapshots.length === 0) return present(state, atlas);
  const before = Math.max(0, Math.min(snapshots.length - 1, Math.floor(replay)));
  const after = Math.min(snapshots.length - 1, before + 1);
  const share = Math.max(0, Math.min(1, replay - before));
  const [one, two] = [snapshots[before], snapshots[after]];
  const seen = (/** @type {import('../state/map.js').Snapshot} */ { choice, atlas: then }) =>
    choice === state.planeChoice || then.mu.length === 0 ? { plane: then.plane, points: then.points } : { plane: atlas.plane, points: project(then.mu, atlas.plane) };
  const [from, to] = [seen(one), seen(two)];
  const nearest = share < 0.5 ? one : two;
  const plane = share < 0.5 ? from.plane : to.plane;
  return {
    plane,
    // A busy machine saw fewer digits at times, always the first ones.
    points: mix(new Float32Array(Math.min(from.points.length, to.points.length)), from.points, to.points, share),
    manifold: nearest.manifold?.plane === plane ? nearest.manifold : null,
    mu: between(one.mu, two.mu, share),
    sigma: between(one.sigma, two.sigma, share),
    trail: snapshots.slice(0, before + 1).flatMap(({ mu }) => (mu ? [mu] : [])),
    z: null,
    reconstruction: nearest.reconstruction,
  };
}

/**
 * @param {Readonly<State>} state
 * @param {import('../state/map.js').Atlas} atlas
 * @returns {Moment}
 */
function present({ manifold, mu, sigma, trail, z }, { plane, points }) {
  const latent = plane.a.length;
  const fits = (/** @type {Float32Array | null} */ code) => (code?.length === latent ? code : null);
  return {
    plane, points,
    manifold: manifold?.plane === plane ? manifold : null,
    mu: fits(mu), sigma: fits(sigma), z: fits(z),
    trail: mu && trail[0]?.length === latent ? [...trail, mu] : [],
    reconstruction: null,
  };
}

/**
 * The sheet of samples as it is now, or was at that place in the replay.
 * @param {Readonly<State>} state
 * @returns {Float32Array | null} n×784
 */
export function samplesOf({ samples, replay, snapshots }) {
  return (replay === null ? null : snapshots[Math.min(snapshots.length - 1, Math.round(replay))]?.samples) ?? samples;
}

/**
 * The parts of a scene that belong to the drawing.
 * @param {Moment} moment
 * @returns {Pick<import('./draw.js').Scene, 'posterior' | 'trail' | 'z' | 'flat'>}
 */
export function drawingOf({ plane, mu, sigma, trail, z }) {
  const at = (/** @type {Float32Array} */ code) => {
    const [u, v] = project(code, plane);
    return { u, v };
  };
  const line = new Float32Array(2 * trail.length);
  trail.forEach((code, i) => line.set(project(code, plane), 2 * i));
  return {
    posterior: mu && sigma && { ...at(mu), ellipse: projectedEllipse(sigma, plane) },
    trail: line,
    z: z && at(z),
    flat: plane.a.length === 1,
  };
}

/**
 * @param {Float32Array | null} from
 * @param {Float32Array | null} to
 * @param {number} share
 */
function between(from, to, share) {
  if (from?.length !== to?.length || !from || !to) return from ?? to;
  return mix(new Float32Array(from.length), from, to, share);
}
