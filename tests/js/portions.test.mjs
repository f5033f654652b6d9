// Large requests in portions, with small ones between them; parameters from one worker to another; questions before building.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lock } from '../../www/js/api/lock.js';
import { macrotask } from '../../www/js/api/macrotask.js';
import { FakeEngine, SPEC, wait } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

/** @param {number} n images whose first pixel is their number over n */
function images(n) {
  return Float32Array.from({ length: 784 * n }, (_, i) => (i % 784 ? 0 : i / 784 / n));
}

test('a large request is answered row by row as one, and a small one does not wait for it', async () => {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  /** @type {string[]} */
  const order = [];
  const large = client.request('encode', { images: images(60) }).then((codes) => (order.push('large'), codes));
  const small = client.request('decode', { z: Float32Array.of(0.5, 0) }).then((picture) => (order.push('small'), picture));
  const [{ mu, logvar }, picture] = await Promise.all([large, small]);
  assert.deepEqual(order, ['small', 'large']);
  assert.equal(picture.length, 784);
  assert.equal(logvar.length, 120);
  assert.deepEqual(mu, Float32Array.from({ length: 120 }, (_, i) => (i % 2 ? 0 : i / 2 / 60)));
  assert.ok(engine.calls.filter((call) => call === 'encode').length > 2);
  const pictures = await client.request('decode', { z: mu });
  assert.deepEqual(pictures.filter((_, i) => i % 784 === 5), mu.filter((_, i) => i % 2 === 0));
});

test('what is not whole rows is refused by the engine, in one piece', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  await assert.rejects(client.request('decode', { z: new Float32Array(7) }), { code: 'invalid-argument', message: 'z: 7 values' });
});

test('beside a GPU requests stay whole', async () => {
  const engine = new FakeEngine();
  engine.info = { ...engine.info, kind: 'webgpu' };
  const client = pair(engine);
  await create(client);
  await client.request('encode', { images: images(60) });
  assert.equal(engine.calls.filter((call) => call === 'encode').length, 1);
});

test('an answer comes from one model: with another in place it starts again', async () => {
  const [first, second] = [new FakeEngine(), new FakeEngine()];
  const client = pair(first, second);
  await create(client);
  const asked = client.request('encode', { images: images(40) });
  await create(client);
  const { mu } = await asked;
  assert.equal(mu.length, 80);
  const count = (/** @type {FakeEngine} */ engine) => engine.calls.filter((call) => call === 'encode').length;
  assert.ok(count(first) >= 1 && count(second) >= 2);
});

test('parameters go from one worker to another; a wrong number of them is refused by name', async () => {
  const [one, other] = [new FakeEngine(), new FakeEngine()];
  one.values = Float32Array.of(7, 6, 5, 4, 3, 2, 1);
  const [from, to] = [pair(one), pair(other)];
  await Promise.all([create(from), create(to)]);
  const values = await from.request('parameters', {});
  await to.request('setParameters', { values });
  assert.deepEqual(other.values, one.values);
  await assert.rejects(to.request('setParameters', { values: new Float32Array(3) }), { code: 'invalid-argument', details: { at: 'parameters' } });
  assert.deepEqual(other.values, one.values);
});

test('other parameters end a run', async () => {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  await client.request('train', { settings: {}, paused: true });
  await client.request('setParameters', { values: new Float32Array(7) });
  assert.deepEqual(engine.calls.slice(-2), ['trainStop', 'setParameters']);
});

test('a spec and settings are judged without touching the model', async () => {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  assert.equal((await client.request('describe', { spec: SPEC })).parameterCount, 7);
  await assert.rejects(client.request('describe', { spec: { ...SPEC, latent: 0 } }), { code: 'invalid-spec', details: { at: 'latent' } });
  await client.request('checkSettings', { settings: { batchSize: 1 } });
  await assert.rejects(client.request('checkSettings', { settings: { batchSize: 0 } }), { details: { at: 'batchSize' } });
  assert.deepEqual(engine.calls, []);
});

test('what somebody waits for overtakes, but not what changes the model', async () => {
  const lock = new Lock(macrotask);
  /** @type {string[]} */
  const done = [];
  const task = (/** @type {string} */ name) => async () => {
    await wait(1);
    done.push(name);
  };
  await Promise.all([
    lock.run(task('first')), lock.run(task('plain')), lock.run(task('urgent'), 'urgent'), lock.run(task('barrier'), 'barrier'),
    lock.run(task('behind'), 'urgent'), lock.run(task('last')),
  ]);
  assert.ok(done.indexOf('urgent') < done.indexOf('plain'));
  assert.ok(done.indexOf('behind') > done.indexOf('barrier'));
  await assert.rejects(lock.run(() => Promise.reject(new Error('a failure'))), /a failure/);
  assert.equal(await lock.run(() => 7), 7);
});
