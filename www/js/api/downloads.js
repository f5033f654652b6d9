// Several downloads told as one: bytes that have come, of all that will.

/** Hears of every one of them. */
export class Downloads {
  /** @type {{ loaded: number, total: number | null }[]} */
  #parts;
  #tell;

  /**
   * @param {number} count
   * @param {(loaded: number, total: number | null) => void} tell bytes over all; total is null while that of one is unknown
   */
  constructor(count, tell) {
    this.#parts = Array.from({ length: count }, () => ({ loaded: 0, total: null }));
    this.#tell = tell;
  }

  /**
   * @param {number} index
   * @returns {(loaded: number, total: number | null) => void} for the download of this number
   */
  part(index) {
    return (loaded, total) => {
      this.#parts[index] = { loaded, total };
      this.#told();
    };
  }

  /** It is there, wherever it came from. @param {number} index */
  finish(index) {
    const { loaded } = this.#parts[index];
    this.#parts[index] = { loaded, total: loaded };
  }

  #told() {
    const sum = this.#parts.reduce((whole, { loaded }) => whole + loaded, 0);
    const total = this.#parts.every((part) => part.total !== null) ? this.#parts.reduce((whole, part) => whole + (part.total ?? 0), 0) : null;
    this.#tell(sum, total);
  }
}
