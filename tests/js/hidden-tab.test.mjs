// A training rests with a hidden page where that was chosen, and only what rested goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restWhileHidden } from '../../www/js/engine/hidden-tab.js';
import { createStore, initialState } from '../../www/js/store.js';

/** @param {boolean} restsHidden */
function page(restsHidden) {
  const store = createStore({ ...initialState(), run: 'running', restsHidden });
  const document = Object.assign(new EventTarget(), { hidden: false });
  /** @type {string[]} */
  const done = [];
  const trainer = {
    train: async () => void (done.push('train'), store.set({ run: 'running' })),
    pause: async () => void (done.push('pause'), store.set({ run: 'paused' })),
  };
  restWhileHidden(store, trainer, /** @type {any} */ (document));
  const turn = (/** @type {boolean} */ hidden) => {
    document.hidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  return { store, done, turn };
}

test('it waits for the page to be seen again', () => {
  const { done, turn } = page(true);
  turn(true);
  assert.deepEqual(done, ['pause']);
  turn(false);
  assert.deepEqual(done, ['pause', 'train']);
});

test('a run that a person paused stays paused, and one that was ended stays ended', () => {
  const { store, done, turn } = page(true);
  store.set({ run: 'paused' });
  turn(true);
  turn(false);
  assert.deepEqual(done, []);
  store.set({ run: 'running' });
  turn(true);
  store.set({ run: 'idle' });
  turn(false);
  assert.deepEqual(done, ['pause']);
});

test('it goes on where nobody chose otherwise, and nothing is heard of once the store has ended', () => {
  const { done, turn } = page(false);
  turn(true);
  turn(false);
  assert.deepEqual(done, []);
  const ended = page(true);
  ended.store.end();
  ended.turn(true);
  assert.deepEqual(ended.done, []);
});
