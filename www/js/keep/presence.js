// Which visits have a tab that is open now: each holds a lock as long as it lives.

const PREFIX = 'vae-playground:';

/** Not every browser has locks, and none where the page is not served securely. */
const locks = () => /** @type {LockManager | undefined} */ (globalThis.navigator?.locks);

/**
 * Holds this tab's lock until it is closed or left.
 * @param {string} id
 */
export function beHere(id) {
  void locks()?.request(PREFIX + id, () => new Promise(() => {})).catch(() => {});
}

/** @returns {Promise<Set<string>>} ids of the visits whose tabs are open; none are known where the browser has no locks */
export async function whoIsHere() {
  const { held = [] } = (await locks()?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
}
