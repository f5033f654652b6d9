// What this browser keeps for the page, in IndexedDB: one record for each visit.

const NAME = 'vae-playground';
const VISITS = 'visits';

/**
 * A visit as it was when it was last saved.
 * @typedef {object} Visit
 * @property {string} id
 * @property {number} savedAt milliseconds since 1970
 * @property {import('../engine/keepsake.js').Keepsake} keepsake
 * @property {import('../engine/drawing.js').Sheet} sheet
 */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** Visits, wherever the browser lets them be kept. */
export class Visits {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    this.#opening ??= (async () => {
      const request = indexedDB.open(NAME, 1);
      request.addEventListener('upgradeneeded', () => request.result.createObjectStore(VISITS, { keyPath: 'id' }));
      const database = await done(request);
      // Another tab has a newer page that needs another form of the database.
      database.addEventListener('versionchange', () => database.close());
      return database;
    })();
    return this.#opening;
  }

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(visits: IDBObjectStore) => IDBRequest<T>} ask
   * @returns {Promise<T>} once it is on the disk
   */
  async #within(mode, ask) {
    const transaction = (await this.#open()).transaction(VISITS, mode);
    const ended = new Promise((resolve, reject) => {
      transaction.addEventListener('complete', resolve);
      transaction.addEventListener('abort', () => reject(transaction.error));
      transaction.addEventListener('error', () => reject(transaction.error));
    });
    const answer = done(ask(transaction.objectStore(VISITS)));
    await Promise.all([answer, ended]);
    return answer;
  }

  /** @param {Visit} visit in place of what has its id */
  put(visit) {
    return this.#within('readwrite', (visits) => visits.put(visit));
  }

  /** @returns {Promise<Visit[]>} newest first */
  async all() {
    /** @type {Visit[]} */
    const found = await this.#within('readonly', (visits) => visits.getAll());
    return found.sort((a, b) => b.savedAt - a.savedAt);
  }

  /** @param {string} id */
  remove(id) {
    return this.#within('readwrite', (visits) => visits.delete(id));
  }
}
