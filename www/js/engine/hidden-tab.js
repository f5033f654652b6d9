// A training that waits while nobody can see the page, for those who chose so: elsewhere it goes on, since a worker is not slowed.

/**
 * @param {import('../store.js').Store} store
 * @param {{ train: () => Promise<void>, pause: () => Promise<void> }} trainer
 * @param {Pick<Document, 'hidden' | 'addEventListener'>} [page] absent where there is none
 */
export function restWhileHidden(store, { train, pause }, page = globalThis.document) {
  /** Paused by this, not by a person. */
  let rests = false;
  page?.addEventListener('visibilitychange', () => {
    const { run, restsHidden } = store.state;
    if (page.hidden) {
      rests = restsHidden && run === 'running';
      if (rests) void pause();
    } else if (rests) {
      rests = false;
      if (run === 'paused') void train();
    }
  }, { signal: store.signal });
}
