// Races between the backends, kept from visit to visit: what is good comes back, everything else is measured again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownRaces } from '../../www/js/api/known-races.js';

/** @typedef {import('../../www/js/api/types.js').Race} Race */

const DAY = 24 * 3600 * 1000;
const RACE = Object.freeze({ adapter: 'a GPU', parameters: 1000, batch: 128, draws: 1, workers: 1, gpu: 300, cpu: 900, tile: 'direct' });

/** An IndexedDB of one store, on `disk`. @param {Map<string, any>} disk */
function factory(disk) {
  /** @param {() => unknown} answer */
  const request = (answer) => {
    const asked = Object.assign(new EventTarget(), { result: /** @type {unknown} */ (null), error: /** @type {unknown} */ (null) });
    setImmediate(() => {
      try {
        asked.result = answer();
        asked.dispatchEvent(new Event('success'));
      } catch (thrown) {
        asked.error = thrown;
        asked.dispatchEvent(new Event('error'));
      }
    });
    return asked;
  };
  const store = {
    getAll: () => request(() => structuredClone([...disk.values()])),
    put: (/** @type {any} */ one) => request(() => void disk.set(one.key, structuredClone(one))),
    delete: (/** @type {string} */ key) => request(() => void disk.delete(key)),
  };
  const database = { close: () => {}, transaction: () => ({ objectStore: () => store }) };
  return /** @type {IDBFactory} */ (/** @type {unknown} */ ({ open: () => request(() => database) }));
}

/** An engine that knows `own` races. @param {Race[]} [own] */
function engine(own = []) {
  /** @type {Race[]} */
  const told = [];
  return { told, version: () => '1.2.3', races: () => [...own, ...told], knowRace: (/** @type {Race} */ race) => void told.push(race) };
}

test('a race is kept, and told to the next engine of this build alone', async () => {
  const disk = new Map();
  const visit = (/** @type {number} */ day = 0) => new KnownRaces({ factory: factory(disk), now: () => 1e12 + day * DAY });
  await visit().keep(engine([RACE]), 'simd128');
  assert.equal(disk.size, 1);
  const next = engine();
  const known = visit(1);
  await known.recall(next, 'simd128');
  assert.deepEqual(next.told, [RACE]);
  // Once is enough, and what came from the disk is not written again.
  await known.recall(next, 'simd128');
  assert.equal(next.told.length, 1);
  const [before] = disk.values();
  await known.keep(next, 'simd128');
  assert.deepEqual([...disk.values()], [before]);
  const [other, late, early] = [engine(), engine(), engine()];
  await visit().recall(other, 'relaxed-simd');
  await visit(31).recall(late, 'simd128');
  // Of tomorrow: a clock was set back.
  await visit(-1).recall(early, 'simd128');
  assert.deepEqual([other.told, late.told, early.told], [[], [], []]);
});

test('records that are damaged are passed over', async () => {
  const disk = new Map();
  await new KnownRaces({ factory: factory(disk) }).keep(engine([RACE]), 'simd128');
  const [good] = disk.values();
  const damaged = [
    { ...good, race: null }, { ...good, race: { ...RACE, gpu: NaN } }, { ...good, race: { ...RACE, cpu: 0 } }, { ...good, race: { ...RACE, adapter: 7 } }, { ...good, race: { ...RACE, tile: 'round' } },
    { ...good, race: { ...RACE, batch: 64 } }, { ...good, at: 'yesterday' }, { key: 'x' },
  ];
  for (const one of damaged) {
    const next = engine();
    await new KnownRaces({ factory: factory(new Map([['x', one]])) }).recall(next, 'simd128');
    assert.deepEqual(next.told, [], JSON.stringify(one));
  }
});

test('no more than 64 are kept, the newest', async () => {
  /** @type {Map<string, any>} */
  const disk = new Map([['no record', { key: 'no record' }]]);
  for (let i = 0; i < 70; i++) {
    await new KnownRaces({ factory: factory(disk), now: () => 1e12 + i }).keep(engine([{ ...RACE, batch: i + 1 }]), 'simd128');
  }
  // Removals come behind the answer.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(disk.size, 64);
  const batches = [...disk.values()].map(({ race }) => race.batch);
  assert.deepEqual([Math.min(...batches), Math.max(...batches)], [7, 70]);
});

test('a browser that keeps nothing, refuses or does not answer fails no run', async () => {
  const silent = Object.assign(new EventTarget(), { result: null });
  const refusing = /** @type {IDBFactory} */ (/** @type {unknown} */ ({ open: () => { throw new Error('private window'); } }));
  const mute = /** @type {IDBFactory} */ (/** @type {unknown} */ ({ open: () => silent }));
  for (const one of [undefined, refusing, mute]) {
    const known = new KnownRaces({ factory: one });
    const next = engine([RACE]);
    await known.recall(next, 'simd128');
    await known.keep(next, 'simd128');
    assert.deepEqual(next.told, []);
  }
});
