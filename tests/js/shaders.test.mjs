// Where the text of the GPU's kernels is fetched from, and that nobody fetches it before a GPU is to be used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fetchShaders } from '../../www/js/api/shaders.js';
import { isUsual } from '../../www/js/api/protocol.js';

const TEXT = '// vae-playground 1.2.3\n//# adam\nfn main() {}\n';

/**
 * Answers fetch with gzipped and plain text by the URL's end, and tells what was asked for.
 * @param {import('node:test').TestContext} context
 * @param {(url: string) => boolean} has
 */
function host(context, has) {
  /** @type {string[]} */
  const asked = [];
  context.mock.method(globalThis, 'fetch', async (/** @type {string} */ url) => {
    asked.push(url);
    const body = url.endsWith('.gz') ? new Uint8Array(gzipSync(TEXT)) : new TextEncoder().encode(TEXT);
    return has(url) ? new Response(body) : new Response(null, { status: 404 });
  });
  return asked;
}

test('the file beside the modules is taken packed, or plain where there is no packed one', async (context) => {
  const here = new URL('../../www/wasm/', import.meta.url).href;
  const asked = host(context, () => true);
  const local = fetchShaders({ shadersUrl: undefined });
  // Files of this machine are read, not fetched: nothing is built here.
  await assert.rejects(local, { code: 'network', message: new RegExp(`${here.replaceAll('.', '\\.')}vae-playground\\.wgsl`) });
  assert.deepEqual(asked, []);
});

test('a place that is told is the only one', async (context) => {
  const asked = host(context, (url) => url.includes('cdn'));
  for (const shadersUrl of ['https://cdn.example/a.wgsl', 'https://cdn.example/a.wgsl.gz']) {
    assert.equal(await fetchShaders({ shadersUrl, wasmUrl: 'https://other.example/engine.wasm' }), TEXT);
    assert.equal(asked.pop(), shadersUrl);
  }
  assert.deepEqual(asked, []);
  await assert.rejects(fetchShaders({ shadersUrl: 'https://none.example/a.wgsl' }), { code: 'network', message: /none\.example/ });
});

test('the file beside wasm from elsewhere is taken, else that beside the modules', async (context) => {
  const asked = host(context, (url) => url.includes('cdn'));
  assert.equal(await fetchShaders({ wasmUrl: 'https://cdn.example/1/engine.wasm' }), TEXT);
  assert.deepEqual(asked.splice(0), ['https://cdn.example/1/vae-playground.wgsl.gz']);
  await assert.rejects(fetchShaders({ wasmUrl: 'https://none.example/engine.wasm' }), { code: 'network', message: /www\/wasm/ });
  assert.deepEqual(asked.splice(0), ['https://none.example/vae-playground.wgsl.gz', 'https://none.example/vae-playground.wgsl']);
  await assert.rejects(fetchShaders({ wasmUrl: 'data:application/wasm;base64,AA==' }), { code: 'network', message: /www\/wasm/ });
  assert.deepEqual(asked, []);
});

test('a page that a host answers with is not taken for the file', async (context) => {
  context.mock.method(globalThis, 'fetch', async () => new Response('<!doctype html><title>An app</title>'));
  await assert.rejects(fetchShaders({ wasmUrl: 'https://app.example/engine.wasm' }), { code: 'network', message: /www\/wasm/ });
});

test('a worker that began with its own files is not asked for others', () => {
  assert.equal(isUsual({}), true);
  assert.equal(isUsual({ shadersUrl: 'https://cdn.example/a.wgsl' }), false);
});
