// Requests in, replies and events out: the worker without a worker.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineHost } from '../../www/js/api/host.js';
import { transferables } from '../../www/js/api/protocol.js';
import { TrainRun } from '../../www/js/api/train-run.js';
import { FakeEngine, fakeWasm, wait } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

/** @type {import('../../www/js/api/types.js').TrainSettings} */
const SETTINGS = { batchSize: 128, optimizer: 'adam', learningRate: 1e-3, beta: 1, warmupEpochs: 0, seed: 1 };

test('what was asked of a model that was replaced meanwhile fails as such; what is wrong for this one, as what it is', async () => {
  const client = pair(new FakeEngine(), new FakeEngine());
  await create(client);
  const wrong = () => client.request('setParameters', { values: new Float32Array(1) });
  await assert.rejects(wrong(), { code: 'invalid-argument' });
  const replaced = create(client);
  await assert.rejects(wrong(), { code: 'aborted', message: /^the model was replaced: / });
  await replaced;
  await assert.rejects(wrong(), { code: 'invalid-argument' });
});

test('create tells what was made', async () => {
  const info = await create(pair(new FakeEngine()));
  assert.equal(info.version, '1.2.3');
  assert.equal(info.parameterCount, 7);
  assert.equal(info.backend.reasonCode, 'no-adapter');
});

test('requests that come together are served one after the other', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const z = Float32Array.of(0.5, 0);
  const pictures = await Promise.all([1, 2, 3, 4].map(() => client.request('decode', { z })));
  assert.ok(pictures.every((picture) => picture[0] === 0.5));
});

test('errors keep their code over the wire', async () => {
  const client = pair(new FakeEngine());
  await assert.rejects(client.request('decode', { z: new Float32Array(2) }), { name: 'VaeError', code: 'disposed' });
  await create(client);
  await assert.rejects(client.request('load', { bytes: new Uint8Array(0) }), { code: 'invalid-checkpoint', message: 'checkpoint: 0 bytes' });
});

test('an engine that cannot be made leaves the old one in place', async () => {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  await assert.rejects(create(client), { code: 'invalid-spec' });
  assert.equal(engine.freed, false);
  await client.request('decode', { z: new Float32Array(2) });
});

test('another model gets the dataset and the old engine is freed', async () => {
  const [first, second] = [new FakeEngine(), new FakeEngine()];
  const client = pair(first, second);
  await create(client);
  await client.request('setDataset', { dataset: { images: new Uint8Array(1568) } });
  await create(client);
  assert.equal(first.freed, true);
  assert.deepEqual(second.calls, ['setDataset 1568']);
});

test('images as fractions become bytes, and values outside [0, 1] are refused', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  await client.request('setDataset', { dataset: { images: new Float32Array(784).fill(0.5) } });
  const bad = new Float32Array(784).fill(NaN);
  await assert.rejects(client.request('setDataset', { dataset: { images: bad } }), { code: 'invalid-argument' });
});

test('a blank drawing gives no code and no reconstruction', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const blank = await client.request('interpret', { ink: new Float32Array(4), width: 2, height: 2 });
  assert.deepEqual([blank.blank, blank.mu, blank.reconstruction], [true, null, null]);
  const drawn = await client.request('interpret', { ink: new Float32Array(4).fill(1), width: 2, height: 2 });
  assert.equal(drawn.reconstruction?.length, 784);
});

test('a run gives each step once; the last of an epoch carries the held-out losses', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const run = new TrainRun(client, async () => {}, SETTINGS);
  const seen = [];
  for await (const event of run) {
    seen.push(event);
    if (seen.length === 25) break;
  }
  assert.deepEqual(seen.map(({ step }) => step), seen.map((_, i) => i + 1));
  assert.deepEqual(seen.filter((event) => event.test).map(({ step }) => step), [10, 20]);
  assert.ok(run.ended, 'leaving the loop ends the run');
});

test('pause, step and resume act on the run', async () => {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  const run = new TrainRun(client, async () => {}, SETTINGS, { paused: true });
  await run.step();
  await run.step();
  assert.equal(engine.step, 2);
  await run.resume();
  await wait(40);
  await run.pause();
  const { step } = engine;
  assert.ok(step > 2);
  await wait(40);
  assert.equal(engine.step, step);
  await run.stop();
});

test('an aborted run throws aborted', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const aborter = new AbortController();
  const run = new TrainRun(client, async () => {}, SETTINGS, { signal: aborter.signal });
  setTimeout(() => aborter.abort(), 30);
  await assert.rejects(async () => {
    for await (const event of run) assert.ok(event.step > 0);
  }, { code: 'aborted' });
});

test('a refused start reaches whoever reads the run', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const run = new TrainRun(client, async () => {}, { ...SETTINGS, batchSize: 0 });
  await assert.rejects(run.next(), { code: 'invalid-argument' });
});

test('a new run, other weights and a reset each end the run before', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  for (const end of [() => client.request('reset', { seed: 1 }), () => client.request('load', { bytes: new Uint8Array(9) })]) {
    const run = new TrainRun(client, async () => {}, SETTINGS);
    await run.next();
    await end();
    await wait();
    assert.ok(run.ended);
  }
});

test('leaving a run that is over does not stop the next one', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const first = new TrainRun(client, async () => {}, SETTINGS);
  await first.next();
  const second = new TrainRun(client, async () => {}, SETTINGS);
  await second.next();
  assert.ok(first.ended);
  await first.return();
  await wait();
  assert.ok(!second.ended);
  assert.equal((await second.next()).done, false);
  await second.stop();
});

test('an abort stops the worker too', async () => {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  const aborter = new AbortController();
  const run = new TrainRun(client, async () => {}, SETTINGS, { signal: aborter.signal });
  await run.next();
  aborter.abort();
  await wait(40);
  const { step } = engine;
  await wait(40);
  assert.equal(engine.step, step);
  assert.equal(engine.calls.at(-1), 'trainStop');
});

test('after dispose everything is refused', async () => {
  const client = pair(new FakeEngine());
  const waiting = create(client);
  client.dispose();
  await assert.rejects(waiting, { code: 'disposed' });
  await assert.rejects(client.request('save', {}), { code: 'disposed' });
});

test('buffers are handed over once each', () => {
  const shared = new Float32Array(4);
  assert.deepEqual(transferables({ a: shared, b: shared.subarray(1), c: { d: new Uint8Array(2) }, e: 5, f: null }).length, 2);
});

test('a host that ends while a model is fetched makes no engine of it, and frees the one that it had', async () => {
  const [first, second] = [new FakeEngine(), new FakeEngine()];
  /** @type {any[]} */
  const told = [];
  const host = new EngineHost({
    loadWasm: async () => fakeWasm([first, second]),
    post: (message) => told.push(message),
    giveWay: async () => {},
    now: () => 0,
    spawn: () => {
      throw new Error('no workers here');
    },
  });
  const args = { model: 'dense-20', backend: /** @type {const} */ ('auto'), seed: 1 };
  await host.handle({ id: 1, op: 'create', args: { ...args, checkpoint: null }, seen: 0 });
  const creating = host.handle({ id: 2, op: 'create', args: { ...args, checkpoint: { bytes: Uint8Array.of(1) } }, seen: 0 });
  await Promise.all([host.dispose(), creating]);
  assert.equal(first.freed, true);
  assert.deepEqual(told.find(({ id }) => id === 2).error.code, 'disposed');
  assert.deepEqual(second.calls, []);
});
