// Which part of the plane is shown: what a person chose, or what holds the points.

import { HOME, fitted } from './scale.js';

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
   * Makes room for points that spread. It takes none back before the weights are others, so that a training can be watched
   * and replayed at one scale.
   * @param {Float32Array} points
   * @param {boolean} afresh other weights
   * @returns {boolean} whether the view has changed
   */
  grow(points, afresh) {
    const before = this.#automatic.half;
    this.#automatic = fitted(points, afresh ? HOME.even.half : before);
    return this.#automatic.half !== before;
  }
}
