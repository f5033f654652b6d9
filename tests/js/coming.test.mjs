// What stands in for a Vae until there is one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coming } from '../../www/js/engine/coming.js';

function deferred() {
  /** @type {(value: any) => void} */
  let resolve = () => {};
  /** @type {(error: Error) => void} */
  let reject = () => {};
  const promise = new Promise((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

/** @returns {{ vae: any, told: unknown[] }} */
function fake() {
  /** @type {unknown[]} */
  const told = [];
  const vae = {
    spec: { latent: 2 },
    async encode(/** @type {number} */ x) {
      return x + this.spec.latent;
    },
    onBackendChange: (/** @type {unknown} */ listener) => void told.push(listener),
    gallery: { base: 10, async decode(/** @type {number} */ z) { return z + this.base; } },
  };
  return { vae, told };
}

test('what is asked early is answered once the Vae is there, by itself and by its parts', async () => {
  const { vae, told } = fake();
  const { promise, resolve } = deferred();
  const early = coming(promise);
  assert.equal(early.spec, undefined);
  const encoded = early.encode(/** @type {any} */ (1));
  const { gallery } = early;
  const decoded = gallery.decode(/** @type {any} */ (1));
  const listener = () => {};
  early.onBackendChange(listener);
  resolve(vae);
  assert.deepEqual([await encoded, await decoded], [3, 11]);
  assert.deepEqual(told, [listener]);
  assert.equal(early.spec, vae.spec);
  assert.equal(await early.encode(/** @type {any} */ (2)), 4);
  assert.equal(await gallery.decode(/** @type {any} */ (2)), 12);
});

test('it is no promise itself, and a Vae that never comes refuses what was asked', async () => {
  const { promise, reject } = deferred();
  const early = coming(promise);
  assert.equal(await early, early);
  const asked = early.encode(/** @type {any} */ (1));
  early.onBackendChange(() => {});
  reject(new Error('no wasm'));
  await assert.rejects(asked, /no wasm/);
});
