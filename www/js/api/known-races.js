// Races between the backends, and between kinds of tiles on the GPU, that were run on earlier visits, so that none is run twice. What cannot be kept or read is measured
// again: nothing here ever fails a run.

const NAME = 'vae-playground-engine';
const RACES = 'races';
/** Another form of the records, or of the race, begins anew. */
const FORM = 2;
/** A driver may have become faster meanwhile. */
const KEPT_MS = 30 * 24 * 3600 * 1000;
/** No more than anybody has adapters, models and batches. */
const MOST = 64;
/** A browser that does not answer by then is not waited for. */
const PATIENCE_MS = 500;

/** @typedef {import('./types.js').Race} Race */
/** @typedef {Pick<import('./types.js').WasmModule, 'version' | 'races' | 'knowRace'>} Races */
/** Which engine ran the race, when, and the race.
 * @typedef {{ key: string, engine: string, at: number, race: Race }} Kept */

const COUNTS = /** @type {const} */ (['parameters', 'batch', 'draws', 'workers', 'gpu', 'cpu']);

/** Kinds of tiles that the engine knows; null for those by its rule. */
const TILES = ['low', 'parts', 'direct', 'square', null];

/** @param {any} race @returns {race is Race} */
function whole(race) {
  const counted = (/** @type {unknown} */ n) => typeof n === 'number' && Number.isInteger(n) && n > 0 && n < 2 ** 32;
  return race !== null && typeof race === 'object' && typeof race.adapter === 'string' && TILES.includes(race.tile) && COUNTS.every((name) => counted(race[name]));
}

/** @param {Race} race @param {string} engine */
function keyOf({ adapter, parameters, batch, draws, workers }, engine) {
  return JSON.stringify([FORM, engine, adapter, parameters, batch, draws, workers]);
}

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

/** Races in IndexedDB, by adapter, size of model and batch. */
export class KnownRaces {
  /** What is on the disk already, or was told to the engine. @type {Map<string, Race>} */
  #seen = new Map();
  #recalled = false;

  /**
   * @param {object} [parts]
   * @param {IDBFactory} [parts.factory] absent in Node.js
   * @param {() => number} [parts.now] ms since 1970
   */
  constructor({ factory = globalThis.indexedDB, now = () => Date.now() } = {}) {
    this.factory = factory;
    this.now = now;
  }

  /**
   * Tells the engine what is known, once.
   * @param {Races} races
   * @param {string} simd which build it is: they differ in speed
   */
  async recall(races, simd) {
    if (this.#recalled) return;
    this.#recalled = true;
    const engine = `${races.version()} ${simd}`;
    const kept = await this.#within('readonly', (store) => store.getAll());
    for (const one of Array.isArray(kept) ? kept : []) {
      const good = one.engine === engine && one.at > this.now() - KEPT_MS && one.at <= this.now() && whole(one.race);
      if (!good || one.key !== keyOf(one.race, engine)) continue;
      this.#seen.set(one.key, one.race);
      races.knowRace(one.race);
    }
  }

  /**
   * Keeps what the engine has found out since.
   * @param {Races} races
   * @param {string} simd
   */
  async keep(races, simd) {
    const engine = `${races.version()} ${simd}`;
    const at = this.now();
    const fresh = races.races().map((race) => ({ key: keyOf(race, engine), engine, at, race })).filter(({ key }) => !this.#seen.has(key));
    if (fresh.length === 0) return;
    for (const { key, race } of fresh) this.#seen.set(key, race);
    await this.#within('readwrite', (store) => {
      for (const one of fresh) store.put(one);
      return store.getAll();
    }, (store, all) => {
      // The oldest make room, whatever they are.
      const age = (/** @type {Kept} */ { at: when }) => (Number.isFinite(when) ? when : -Infinity);
      for (const { key } of [...all].sort((a, b) => age(b) - age(a)).slice(MOST)) store.delete(key);
    });
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<Kept[]>} ask
   * @param {(store: IDBObjectStore, answer: Kept[]) => void} [then] in the same transaction
   * @returns {Promise<Kept[] | null>} null where the browser keeps nothing, or does not answer
   */
  async #within(mode, ask, then) {
    if (!this.factory) return null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let late;
    const given = new Promise((resolve) => {
      late = setTimeout(() => resolve(null), PATIENCE_MS);
    });
    try {
      return await Promise.race([given, this.#ask(mode, ask, then)]);
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<Kept[]>} ask
   * @param {(store: IDBObjectStore, answer: Kept[]) => void} [then]
   */
  async #ask(mode, ask, then) {
    const opening = this.factory.open(NAME, FORM);
    opening.addEventListener('upgradeneeded', () => {
      const database = opening.result;
      for (const name of [...database.objectStoreNames]) database.deleteObjectStore(name);
      database.createObjectStore(RACES, { keyPath: 'key' });
    });
    const database = await done(opening);
    try {
      const store = database.transaction(RACES, mode).objectStore(RACES);
      const answer = await done(ask(store));
      then?.(store, answer);
      return answer;
    } finally {
      // Waits for what was asked; another tab's newer engine is not kept waiting.
      database.close();
    }
  }
}
