// A GPU that fails: the worker says so in place of an answer, and the model is made again without it and without fetching anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keeping } from '../../www/js/api/keeping.js';
import { isTheEnd, mayBeTheGpu } from '../../www/js/api/trouble.js';
import { FakeEngine, SPEC, wait } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

const coded = (/** @type {string} */ code) => Object.assign(new Error(code), { code });

test('what ends an engine: what its GPU refuses, and a program at its end; not what it may refuse, nor anything on the CPU', () => {
  for (const code of ['unsupported', 'out-of-memory', 'device-lost']) {
    assert.equal(isTheEnd(coded(code), 'encode', 'webgpu'), true, code);
    assert.equal(isTheEnd(coded(code), 'encode', 'cpu'), false, code);
  }
  assert.equal(isTheEnd(coded('unsupported'), 'profile', 'webgpu'), false);
  assert.equal(isTheEnd(coded('out-of-memory'), 'create', 'webgpu'), false);
  assert.equal(isTheEnd(coded('invalid-argument'), 'encode', 'webgpu'), false);
  assert.equal(isTheEnd(new WebAssembly.RuntimeError('unreachable'), 'encode', 'cpu'), true);
});

test('the CPU is tried after a failure that may be a GPU’s, where the choice is open and there is WebGPU', (context) => {
  assert.equal(mayBeTheGpu(coded('internal')), false, 'there is none in Node.js');
  const { navigator } = globalThis;
  context.after(() => Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true }));
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true });
  assert.equal(mayBeTheGpu(coded('internal')), true);
  assert.equal(mayBeTheGpu(coded('internal'), 'webgpu'), false);
  assert.equal(mayBeTheGpu(coded('invalid-spec')), false);
});

test('an engine whose GPU fails is followed by one on the CPU, which says why', async () => {
  const [first, second] = [new FakeEngine(), new FakeEngine()];
  first.info = { ...first.info, kind: 'webgpu', reasonCode: 'hardware-adapter', reason: 'a card' };
  first.encode = async () => {
    throw coded('out-of-memory');
  };
  const client = pair(first, second);
  /** @type {string[]} */
  const problems = [];
  const made = await create(client);
  assert.equal(made.backend.reasonCode, 'hardware-adapter');
  /** @type {import('../../www/js/api/protocol.js').ModelInfo | undefined} */
  let info;
  client.follow(() => client.port, async (request, problem) => {
    problems.push(problem);
    info = await request('create', { model: 'dense-20', backend: 'auto', seed: 1, checkpoint: null, gpuFailed: problem });
  });
  await assert.rejects(client.request('encode', { images: new Float32Array(784) }), { code: 'internal', details: { at: 'worker' } });
  assert.equal((await client.request('encode', { images: new Float32Array(784) })).mu.length, 2);
  assert.deepEqual(problems, ['out-of-memory']);
  assert.deepEqual([info?.backend.reasonCode, info?.backend.reason], ['gpu-failed', 'the GPU failed (out-of-memory)']);
  client.dispose();
});

test('a run whose GPU fails ends as the worker’s, so that whoever reads it goes on with the next', async () => {
  const engine = new FakeEngine();
  engine.info = { ...engine.info, kind: 'webgpu', reasonCode: 'requested' };
  engine.trouble = coded('unsupported');
  const client = pair(engine, new FakeEngine());
  await create(client);
  await client.request('setDataset', { dataset: { images: new Uint8Array(1280) } });
  /** @type {any[]} */
  const told = [];
  client.listen((message) => told.push(message));
  client.follow(() => client.port, async (request) => void (await request('create', { model: 'dense-20', backend: 'auto', seed: 1, checkpoint: null, gpuFailed: 'it' })));
  await client.request('train', { settings: { batchSize: 128 }, paused: false }).catch(() => {});
  await wait(100);
  assert.deepEqual(told.filter(({ event }) => event !== 'train').map(({ event }) => event), ['train-end', 'restart']);
  assert.deepEqual(told.find(({ event }) => event === 'train-end').error.details, { at: 'worker' });
  client.dispose();
});

test('a model whose values are kept is made again from its spec; only one whose values are its file’s is fetched anew', async () => {
  /** @type {[string, any][]} */
  const asked = [];
  const client = /** @type {any} */ ({
    request: async (/** @type {string} */ op, /** @type {any} */ args) => {
      asked.push([op, args]);
      return { parameterCount: 3 };
    },
  });
  const keeping = new Keeping(client, { model: 'dense-2', seed: 5 });
  await keeping.restore(client, SPEC);
  assert.deepEqual(asked.map(([op]) => op), ['create']);
  assert.match(asked[0][1].checkpoint.url, /dense-2/);
  keeping.changed(Float32Array.of(1, 2, 3));
  await keeping.restore(client, SPEC, 'no memory');
  const [, [, { model, checkpoint, gpuFailed }], [op, { values }]] = asked;
  assert.deepEqual([model, checkpoint, gpuFailed, op], [SPEC, null, 'no memory', 'setParameters']);
  assert.deepEqual(values, Float32Array.of(1, 2, 3));
  keeping.end();
});
