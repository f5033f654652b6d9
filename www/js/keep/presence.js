// Which visits have a tab that is open now: each holds a lock as long as it lives.

const PREFIX = 'vae-playground:';

/**
 * Holds this tab's lock until it is closed or left.
 * @param {string} id
 */
export function beHere(id) {
  void navigator.locks?.request(PREFIX + id, () => new Promise(() => {})).catch(() => {});
}

/** @returns {Promise<Set<string>>} ids of the visits whose tabs are open; none are known where the browser has no locks */
export async function whoIsHere() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
}
