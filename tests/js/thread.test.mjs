// The engine on the calling thread, as a worker would serve it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../../www/js/api/client.js';
import { loadMnist, parseIdx } from '../../www/js/api/data.js';
import { engineHere } from '../../www/js/api/engine-here.js';
import { ThreadPort } from '../../www/js/api/thread.js';

test('an engine that could not be had is asked for again, and typed errors come through', async (context) => {
  let asked = 0;
  context.mock.method(globalThis, 'fetch', async () => {
    asked++;
    throw new TypeError('offline');
  });
  const args = { model: 'mini-2', backend: /** @type {const} */ ('cpu'), seed: 1, checkpoint: null, wasmUrl: 'https://cdn.example/engine.wasm' };
  const client = new Client(new ThreadPort('on the calling thread'));
  for (const times of [2, 4]) {
    await assert.rejects(client.request('create', args), { name: 'VaeError', code: 'network', message: /engine\.wasm.*offline/ });
    assert.equal(asked, times);
  }
  client.dispose();
  await assert.rejects(client.request('create', args), { code: 'disposed' });
});

test('whoever asks while it is loading gets the same engine', async (context) => {
  context.mock.method(globalThis, 'fetch', async () => new Response(null, { status: 503 }));
  const source = { wasmUrl: 'https://cdn.example/engine.wasm' };
  const [first, second] = [engineHere(source), engineHere(source)];
  assert.equal(first, second);
  await assert.rejects(first, { code: 'network', message: /503/ });
});

test('MNIST must be told where it lies, and files that are none are refused', async () => {
  const nowhere = /** @type {any} */ (loadMnist);
  for (const options of [undefined, {}, { baseUrl: 'https://x/', files: {} }]) {
    await assert.rejects(nowhere(options), { code: 'invalid-argument', message: /does not contain MNIST.*baseUrl.*files/ });
  }
  await assert.rejects(nowhere({ url: 'https://x/' }), { code: 'invalid-argument', message: /url: no option/ });
  await assert.rejects(parseIdx(/** @type {any} */ ('text')), { code: 'invalid-argument', message: /^bytes/ });
});
