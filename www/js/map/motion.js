// Points on their way from where they were to where they are.

/** A look at the training comes about five times a second: the points arrive as the next one comes. */
const TRAVEL_MS = 220;

/** Moves a set of coordinates; `at` is reused from call to call. */
export class Motion {
  /** @type {Float32Array} */
  #from = new Float32Array();
  /** @type {Float32Array} */
  #to = new Float32Array();
  #began = -Infinity;
  /** Where the points are as of the last `advance`. */
  at = new Float32Array();

  /**
   * @param {Float32Array} to
   * @param {number} now in milliseconds
   * @param {boolean} still arrive at once
   */
  aim(to, now, still) {
    if (to === this.#to) return;
    const known = this.at.length === to.length;
    if (!known) this.at = to.slice();
    this.#from = this.at.slice();
    this.#to = to;
    this.#began = known && !still ? now : -Infinity;
  }

  /**
   * @param {number} now
   * @returns {boolean} whether they still move
   */
  advance(now) {
    const share = Math.min(1, (now - this.#began) / TRAVEL_MS);
    mix(this.at, this.#from, this.#to, share);
    return share < 1;
  }
}

/**
 * @param {Float32Array} into
 * @param {ArrayLike<number>} from
 * @param {ArrayLike<number>} to
 * @param {number} share 0 for `from`, 1 for `to`
 */
export function mix(into, from, to, share) {
  for (let i = 0; i < into.length; i++) into[i] = from[i] + (to[i] - from[i]) * share;
  return into;
}
