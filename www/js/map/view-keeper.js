// Which part of the plane is shown: what a person chose, or what holds the points.

import { HOME, fitted } from './scale.js';

/** A view may be so much wider than needed. */
const SLACK = 1.5;

/** Keeps one view for each warp. */
export class ViewKeeper {
  /** @type {Record<import('./scale.js').Warp, import('./scale.js').View | null>} */
  #chosen = { even: null, normal: null };
  #automatic = HOME.even;

  /**
   * @param {import('./scale.js').Warp} warp
   * @returns {import('./scale.js').View}
   */
  view(warp) {
    return this.#chosen[warp] ?? (warp === 'even' ? this.#automatic : HOME.normal);
  }

  /**
   * @param {import('./scale.js').Warp} warp
   * @param {import('./scale.js').View} view
   */
  choose(warp, view) {
    this.#chosen[warp] = view;
  }

  /**
   * Back to what holds all points.
   * @param {import('./scale.js').Warp} warp
   * @param {Float32Array | null} points
   */
  fit(warp, points) {
    this.#chosen[warp] = null;
    if (warp === 'even') this.#automatic = fitted(points);
  }

  /**
   * Makes room for points that spread, at once, and takes it back once they need much less: a view that breathed with every
   * step could not be watched.
   * @param {Float32Array} points
   * @param {boolean} afresh other weights
   * @returns {boolean} whether the view has changed
   */
  follow(points, afresh) {
    const before = this.#automatic.half;
    const wanted = fitted(points).half;
    const keep = !afresh && wanted <= before && wanted * SLACK >= before;
    if (!keep) this.#automatic = { ...HOME.even, half: wanted };
    return this.#automatic.half !== before;
  }

  /**
   * One view for a whole replay, in which every moment has room.
   * @param {readonly { atlas: { points: Float32Array } }[]} snapshots
   * @returns {import('./scale.js').View}
   */
  cover(snapshots) {
    const half = Math.max(...snapshots.map(({ atlas }) => fitted(atlas.points).half));
    return { ...HOME.even, half };
  }

  /** @param {import('./scale.js').Warp} warp */
  isChosen(warp) {
    return this.#chosen[warp] !== null;
  }
}
