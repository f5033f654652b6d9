// Images that stay in the worker, and pictures that leave it as bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gallery } from '../../www/js/api/gallery.js';
import { FakeEngine } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

/** Gives of every row what it was handed: μ is an image's first pixel and its label, every pixel of a picture is z's first value. */
class RowsEngine extends FakeEngine {
  /** @type {FakeEngine['encode']} */
  async encode(images, labels) {
    const n = images.length / 784;
    this.calls.push(`encode ${n}`);
    const mu = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? images[392 * i] : (labels?.[(i - 1) / 2] ?? -1)));
    return { mu, logvar: new Float32Array(2 * n).fill(n) };
  }

  /** @type {FakeEngine['decode']} */
  async decode(z) {
    this.calls.push(`decode ${z.length / 2}`);
    return Float32Array.from({ length: 392 * z.length }, (_, i) => z[2 * Math.floor(i / 784)]);
  }
}

/** n images whose first pixels are 0, 1, 2, … @param {number} n */
const images = (n) => new Float32Array(n * 784).map((_, i) => (i % 784 === 0 ? i / 784 : 0));

async function start() {
  const engine = new RowsEngine();
  const client = pair(engine, new RowsEngine());
  await create(client);
  return { engine, client, gallery: new Gallery(client) };
}

test('images are handed over once and encoded in portions, any part of them', async () => {
  const { engine, gallery } = await start();
  const set = await gallery.remember(images(300), { labels: new Uint8Array(300).fill(3) });
  const { mu, logvar } = await gallery.encode(set, { first: 20, count: 250 });
  assert.deepEqual([mu.length, logvar.length], [500, 500]);
  for (let i = 0; i < 250; i++) assert.equal(mu[2 * i], 20 + i);
  // The first portion is one image, because how long one takes is not known yet.
  assert.equal(engine.calls[0], 'encode 1');
  assert.ok(engine.calls.length > 2);
  assert.equal(mu[1], -1, 'a model without classes is told none');
  const other = await gallery.remember(images(2));
  assert.equal((await gallery.encode(other, { count: 2 })).mu[2], 1);
});

test('pictures come as bytes, in the order of their codes, and values outside [0, 1] are clamped', async () => {
  const { gallery } = await start();
  const z = Float32Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? i / 80 : 9));
  z[0] = -0.5;
  z[78] = 1.5;
  const bytes = await gallery.decode(z);
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(bytes.length, 40 * 784);
  assert.deepEqual([bytes[0], bytes[784], bytes[20 * 784], bytes[39 * 784]], [0, Math.round((2 / 80) * 255), Math.round(0.5 * 255), 255]);
});

test('what cannot be is refused by name', async () => {
  const { gallery } = await start();
  const set = await gallery.remember(images(5));
  await assert.rejects(gallery.encode(7, { count: 1 }), { code: 'invalid-argument', message: /set: 7/ });
  await assert.rejects(gallery.encode(set, { first: 3, count: 3 }), { code: 'invalid-argument', message: /3 to 6/ });
  await assert.rejects(gallery.encode(set, { count: 0 }), { code: 'invalid-argument' });
  await assert.rejects(gallery.remember(new Float32Array(100)), { code: 'invalid-argument', message: /784/ });
  await assert.rejects(gallery.remember(images(2), { labels: [1] }), { code: 'invalid-argument', message: /1 labels for 2/ });
});

test('a set that is forgotten cannot be encoded; the others keep their numbers, in another worker too', async () => {
  const { client, gallery } = await start();
  const [first, second] = [await gallery.remember(images(2)), await gallery.remember(images(3))];
  await gallery.forget(first);
  await gallery.forget(first);
  await assert.rejects(gallery.encode(first, { count: 1 }), { code: 'invalid-argument', message: /set: 0/ });
  await assert.rejects(client.request('encodeRemembered', { set: 0, first: 0, count: 1 }), { code: 'invalid-argument' });
  assert.equal((await gallery.encode(second, { count: 3 })).mu.length, 6);
  await gallery.again((...asked) => client.request(...asked));
  assert.equal((await gallery.encode(second, { count: 3 })).mu[4], 2);
});

test('where the model is replaced meanwhile, all of the answer comes from the new one', async () => {
  const { client, gallery, engine } = await start();
  const set = await gallery.remember(images(3000));
  const encoding = gallery.encode(set, { count: 3000 });
  await client.request('create', { model: 'dense-20', backend: 'auto', seed: 2, checkpoint: null });
  const { mu } = await encoding;
  assert.deepEqual([mu.length, mu[2 * 2999]], [6000, 2999]);
  assert.ok(engine.calls.length < 3000, 'the old one was not asked for all');
});
