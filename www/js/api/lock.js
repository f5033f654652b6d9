// First come, first served access to one engine, whose async methods must never overlap.

/** A fair mutex: tasks run one at a time in the order they came. */
export class Lock {
  /** @type {Promise<unknown>} */
  #tail = Promise.resolve();

  /**
   * @template T
   * @param {() => T | Promise<T>} task
   * @returns {Promise<T>} what the task gave; its error too
   */
  run(task) {
    const result = this.#tail.then(task);
    // The queue goes on after a failed task; the failure belongs to whoever asked for it.
    this.#tail = result.catch(() => {});
    return result;
  }
}
