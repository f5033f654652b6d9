// Access to one engine, whose async methods must never overlap: in the order of asking, but what somebody waits for comes first.

/** `urgent`: short, and somebody waits for it. `barrier`: whatever is asked for later sees what it did.
 * @typedef {'urgent' | 'plain' | 'barrier'} TaskKind */

/** A mutex: tasks run one at a time, urgent ones before the others but never before an earlier barrier, else in the order they came. */
export class Lock {
  /** @type {{ turn: () => Promise<void>, kind: TaskKind }[]} */
  #waiting = [];
  #busy = false;
  #giveWay;

  /** @param {() => Promise<void>} [giveWay] lets requests be heard that came during a task, before a waiting one that is not urgent */
  constructor(giveWay = async () => {}) {
    this.#giveWay = giveWay;
  }

  /**
   * @template T
   * @param {() => T | Promise<T>} task
   * @param {TaskKind} [kind]
   * @returns {Promise<T>} what the task gave; its error too
   */
  run(task, kind = 'plain') {
    return new Promise((resolve, reject) => {
      // The queue goes on after a failed task; the failure belongs to whoever asked for it.
      const turn = () => Promise.resolve().then(task).then(resolve, reject);
      this.#waiting.push({ turn, kind });
      if (!this.#busy) void this.#work();
    });
  }

  async #work() {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const [{ turn }] = this.#waiting.splice(this.#first(), 1);
      await turn();
      if (this.#waiting.length > 0 && this.#waiting[this.#first()].kind !== 'urgent') await this.#giveWay();
    }
    this.#busy = false;
  }

  /** @returns {number} where the next task stands */
  #first() {
    const special = this.#waiting.findIndex(({ kind }) => kind !== 'plain');
    return special >= 0 && this.#waiting[special].kind === 'urgent' ? special : 0;
  }
}
