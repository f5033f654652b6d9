// Which worker a Vae gets, and pixels as bytes and as values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floats } from '../../www/js/api/arguments.js';
import { fromBytes, toBytes } from '../../www/js/api/pixels.js';
import { USUAL } from '../../www/js/api/protocol.js';
import { preload, startEngine, startWorker } from '../../www/js/api/start.js';

class FakeWorker {
  /** @param {URL} url @param {WorkerOptions} options */
  constructor(url, { name }) {
    this.url = url.href;
    this.name = name;
  }
}

test('the first Vae takes the worker that was started early; the next ones, and those with another engine, get their own', () => {
  Object.assign(globalThis, { Worker: FakeWorker });
  preload();
  preload();
  const elsewhere = /** @type {any} */ (startWorker({ wasmUrl: 'https://example.org/engine.wasm' }));
  const [first, second] = [startWorker({}), startWorker({})].map((worker) => /** @type {any} */ (worker));
  const plain = /** @type {any} */ (startWorker({ simd: 'simd128' }));
  assert.notEqual(first, second);
  assert.deepEqual([elsewhere.name === USUAL, plain.name === USUAL, first.name, second.name], [false, false, USUAL, USUAL]);
  assert.match(first.url, /\/api\/worker\.js$/);
  const started = /** @type {any} */ (new FakeWorker(new URL('file:///early.js'), { name: USUAL }));
  preload(started);
  assert.equal(startWorker({}), started);
  assert.notEqual(startWorker({}), started);
});

test('where a worker’s own file of the page’s origin cannot be started, what is told is why', async (context) => {
  Object.assign(globalThis, {
    location: { origin: 'https://site.example' },
    document: {},
    Worker: class {
      constructor() {
        throw new Error('forbidden by a policy');
      }
    },
  });
  const warned = new Promise((resolve) => context.mock.method(console, 'warn', resolve));
  const port = startEngine({ workerUrl: 'https://site.example/worker.js' });
  const words = await warned;
  port.terminate();
  assert.match(words, /no worker could be started \(forbidden by a policy\)/);
});

test('pixels become bytes and values again; what is no pixel is refused', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(toBytes(fromBytes(bytes)), bytes);
  assert.equal(toBytes(bytes), bytes);
  for (const wrong of [-0.1, 1.1, NaN]) assert.throws(() => toBytes(Float32Array.of(0, wrong)), { code: 'invalid-argument', message: /^dataset\.images/ });
});

test('a view travels without what it is a view of', () => {
  const whole = new Float32Array(784 * 10);
  assert.equal(floats('images', whole), whole);
  const part = floats('images', whole.subarray(784, 1568));
  assert.deepEqual([part.length, part.buffer.byteLength], [784, 784 * 4]);
});
