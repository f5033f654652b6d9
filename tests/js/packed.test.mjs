// Packed files: unpacked whatever the host does to them, and done without where it has none.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import { compilePacked, fetchPacked, isGzip, unpack } from '../../www/js/api/packed.js';

/** @param {Uint8Array} bytes @param {number} size */
function pieces(bytes, size) {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

const plain = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
const packed = new Uint8Array(gzipSync(plain));

for (const size of [1, 7, 100_000]) {
  test(`gzip in pieces of ${size} is unpacked, every byte counted`, async () => {
    let counted = 0;
    assert.deepEqual(await unpack(pieces(packed, size), (bytes) => (counted += bytes)), plain);
    assert.equal(counted, packed.length);
  });
}

test('what a host has unpacked already is taken as it is', async () => {
  assert.deepEqual(await unpack(pieces(plain, 9), () => {}), plain);
  assert.deepEqual(await unpack(pieces(new Uint8Array(0), 9), () => {}), new Uint8Array(0));
});

test('gzip is told by its first two bytes', () => {
  assert.equal(isGzip(packed), true);
  assert.equal(isGzip(plain), false);
  assert.equal(isGzip(Uint8Array.of(0x1f)), false);
});

/**
 * Answers fetch with the bodies by the end of the URL, and with 404 for everything else.
 * @param {import('node:test').TestContext} context
 * @param {Record<string, Uint8Array>} files
 * @param {Record<string, string>} [headers]
 */
function host(context, files, headers = {}) {
  /** @type {string[]} */
  const asked = [];
  context.mock.method(globalThis, 'fetch', async (/** @type {string} */ url) => {
    asked.push(url);
    const body = files[url.slice(url.lastIndexOf('/') + 1)];
    if (!body) return new Response(null, { status: 404 });
    return new Response(new Uint8Array(body), { headers: { 'Content-Length': String(body.length), ...headers } });
  });
  return asked;
}

test('the packed file is taken, and its progress is in bytes that travel', async (context) => {
  const asked = host(context, { 'a.bin.gz': packed, 'a.bin': plain });
  /** @type {[number, number | null][]} */
  const progress = [];
  assert.deepEqual(await fetchPacked('http://x/a.bin', (loaded, total) => progress.push([loaded, total])), plain);
  assert.deepEqual(asked, ['http://x/a.bin.gz']);
  assert.deepEqual(progress.at(-1), [packed.length, packed.length]);
});

test('a host that unpacks the file itself is understood', async (context) => {
  host(context, { 'a.bin.gz': plain }, { 'Content-Encoding': 'gzip' });
  /** @type {(number | null)[]} */
  const totals = [];
  assert.deepEqual(await fetchPacked('http://x/a.bin', (_, total) => totals.push(total)), plain);
  assert.equal(totals.at(-1), null);
});

test('without a packed file the plain one is fetched; without either the error names it', async (context) => {
  const asked = host(context, { 'a.bin': plain });
  assert.deepEqual(await fetchPacked('http://x/a.bin'), plain);
  assert.deepEqual(asked, ['http://x/a.bin.gz', 'http://x/a.bin']);
  await assert.rejects(fetchPacked('http://x/b.bin'), { code: 'network', message: /b\.bin: the server answered 404/ });
});

test('a host that sends a page for every file it lacks has no packed one', async (context) => {
  context.mock.method(globalThis, 'fetch', async (/** @type {string} */ url) =>
    url.endsWith('.gz') ? new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html; charset=utf-8' } }) : new Response(plain),
  );
  assert.deepEqual(await fetchPacked('http://x/a.bin'), plain);
});

test('a packed file that is cut short is an error', async (context) => {
  host(context, { 'a.bin.gz': packed.slice(0, 30), 'a.bin': plain });
  await assert.rejects(fetchPacked('http://x/a.bin'), { code: 'network', message: /a\.bin\.gz broke off/ });
});

test('wasm is compiled from its packed file', async (context) => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  host(context, { 'a.wasm.gz': new Uint8Array(gzipSync(empty)) });
  assert.ok((await compilePacked({ wasm: 'http://x/a.wasm', packed: 'http://x/a.wasm.gz' })) instanceof WebAssembly.Module);
  await assert.rejects(compilePacked({ wasm: 'http://x/b.wasm', packed: 'http://x/b.wasm.gz' }), { code: 'network' });
});
