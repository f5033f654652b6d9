// A bounded record of what goes on for any length of time: when it is full, every second entry goes and fewer are taken.

/**
 * @template T
 */
export class Recorder {
  #offered = 0;
  #stride = 1;
  /** @type {readonly T[]} */
  #kept = [];

  /** @param {number} limit most entries that are kept, even and at least 2 */
  constructor(limit) {
    this.limit = limit;
  }

  /** The first entry stays for ever, the others lie evenly behind it. Another array after every change. */
  get entries() {
    return this.#kept;
  }

  /** @param {() => T} make called only where the entry is kept */
  offer(make) {
    if (this.#offered++ % this.#stride > 0) return;
    this.#kept = [...this.#kept, make()];
    if (this.#kept.length <= this.limit) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  clear() {
    this.#offered = 0;
    this.#stride = 1;
    this.#kept = [];
  }
}
