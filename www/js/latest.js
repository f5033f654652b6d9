// Work where only the newest request matters.

/**
 * Runs `work` for the newest arguments: while one call is under way, later ones wait, and only the last of them is run.
 * @template A
 * @param {(args: A) => Promise<void>} work handles its own errors
 * @returns {(args: A) => Promise<void>} settles when nothing is left to do
 */
export function latest(work) {
  /** @type {{ args: A } | null} */
  let waiting = null;
  /** @type {Promise<void> | null} */
  let running = null;
  const drain = async () => {
    try {
      while (waiting) {
        const { args } = waiting;
        waiting = null;
        await work(args);
      }
    } finally {
      running = null;
    }
  };
  return (args) => {
    waiting = { args };
    running ??= drain();
    return running;
  };
}
