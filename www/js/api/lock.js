// Access to one engine, whose async methods must never overlap: in the order of asking, but what somebody waits for comes first.

/** `urgent`: short, and somebody waits for it. `barrier`: whatever is asked for later sees what it did.
 * @typedef {'urgent' | 'plain' | 'barrier'} TaskKind */

/** A mutex: tasks run one at a time, urgent ones before the others but behind barriers, else in the order they came. */
export class Lock {
  /** @type {(() => Promise<void>)[]} */
  #urgent = [];
  /** @type {{ turn: () => Promise<void>, barrier: boolean }[]} */
  #others = [];
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
      if (kind === 'urgent' && !this.#others.some(({ barrier }) => barrier)) this.#urgent.push(turn);
      else this.#others.push({ turn, barrier: kind === 'barrier' });
      if (!this.#busy) void this.#work();
    });
  }

  async #work() {
    this.#busy = true;
    for (let turn = this.#next(); turn; turn = this.#next()) {
      await turn();
      if (this.#urgent.length === 0 && this.#others.length > 0) await this.#giveWay();
    }
    this.#busy = false;
  }

  #next() {
    return this.#urgent.shift() ?? this.#others.shift()?.turn;
  }
}
