// Which build of the engine is taken, and that no other is fetched.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wasmBuild } from '../../www/js/api/assets.js';
import { buildOf, chooseBuild, loadWasm } from '../../www/js/api/builds.js';
import { resolve } from '../../www/js/api/create.js';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {import('../../www/js/api/types.js').WasmModule} WasmModule */

/**
 * A module that imports one function `f` from `name`, as wasm-bindgen's import from their glue.
 * @param {string} name shorter than 100 bytes
 */
function importing(name) {
  const bytes = new TextEncoder().encode(name);
  const type = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00];
  const imports = [0x02, bytes.length + 6, 0x01, bytes.length, ...bytes, 0x01, 0x66, 0x00, 0x00];
  return Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...type, ...imports);
}

/**
 * Answers fetch by the end of the URL, and tells what was asked for.
 * @param {TestContext} context
 * @param {Record<string, Uint8Array>} files
 */
function host(context, files) {
  /** @type {string[]} */
  const asked = [];
  context.mock.method(globalThis, 'fetch', async (/** @type {string} */ url) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    asked.push(name);
    const body = files[name];
    return body ? new Response(new Uint8Array(body)) : new Response(null, { status: 404 });
  });
  return asked;
}

/**
 * What wasm-bindgen's glue does, as far as it matters here.
 * @param {Record<string, (source: unknown) => void>} known by file name; a host lacks every other
 */
function glue(known) {
  return async (/** @type {string} */ url) => {
    const started = known[url.slice(url.lastIndexOf('/') + 1)];
    if (!started) throw new TypeError(`Failed to fetch ${url}`);
    return /** @type {WasmModule} */ (/** @type {unknown} */ ({
      url,
      default: async (/** @type {{ module_or_path: unknown }} */ { module_or_path }) => started(module_or_path),
    }));
  };
}

/** @param {TestContext} context @param {boolean} relaxed */
function browser(context, relaxed) {
  context.mock.method(WebAssembly, 'validate', () => relaxed);
}

const PLAIN = importing('./vae-playground_bg.js');
const RELAXED = importing('./vae-playground-relaxed_bg.js');
const FILES = { 'vae-playground_bg.wasm.gz': PLAIN, 'vae-playground-relaxed_bg.wasm.gz': RELAXED };
const GLUES = { 'vae-playground.js': () => {}, 'vae-playground-relaxed.js': () => {} };

test('the browser is asked whether it takes a relaxed multiply-add', (context) => {
  /** @type {number[][]} */
  const asked = [];
  context.mock.method(WebAssembly, 'validate', (/** @type {Uint8Array} */ bytes) => asked.push([...bytes]) > 1);
  assert.equal(chooseBuild(), 'simd128');
  assert.equal(chooseBuild('auto'), 'relaxed-simd');
  // f32x4.relaxed_madd, and the end of the function.
  assert.deepEqual(asked[0].slice(-4), [0xfd, 0x85, 0x02, 0x0b]);
  assert.deepEqual([chooseBuild('relaxed-simd'), chooseBuild('simd128')], ['relaxed-simd', 'simd128']);
  assert.equal(asked.length, 2);
});

test('the module that is asked about is wasm but for the instruction', (context) => {
  const validate = WebAssembly.validate.bind(WebAssembly);
  let valid = false;
  context.mock.method(WebAssembly, 'validate', (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
    // f32x4.add of two of the values, then two nops.
    const known = Uint8Array.from(bytes);
    const end = known.length;
    known.set([0x20, 0x00, 0x20, 0x01, 0xfd, 0xe4, 0x01, 0x01, 0x01, 0x0b], end - 10);
    valid = validate(known);
    return valid;
  });
  chooseBuild();
  assert.equal(valid, true);
});

for (const [relaxed, file] of /** @type {const} */ ([[true, 'vae-playground-relaxed_bg.wasm.gz'], [false, 'vae-playground_bg.wasm.gz']])) {
  test(`with${relaxed ? '' : 'out'} relaxed SIMD, ${file} is fetched and nothing else`, async (context) => {
    browser(context, relaxed);
    const asked = host(context, FILES);
    await loadWasm({}, glue(GLUES));
    assert.deepEqual(asked, [file]);
  });
}

test('a build that is asked for is taken whatever the browser says', async (context) => {
  browser(context, true);
  const asked = host(context, FILES);
  await loadWasm({ simd: 'simd128' }, glue(GLUES));
  assert.deepEqual(asked, ['vae-playground_bg.wasm.gz']);
});

test('a host that lacks the relaxed build serves the other one, unless it was asked for', async (context) => {
  browser(context, true);
  const files = { 'vae-playground_bg.wasm.gz': PLAIN };
  const plain = { 'vae-playground.js': () => {} };
  const asked = host(context, files);
  await loadWasm({}, glue(plain));
  assert.deepEqual(asked, ['vae-playground-relaxed_bg.wasm.gz', 'vae-playground_bg.wasm.gz']);
  await assert.rejects(loadWasm({ simd: 'relaxed-simd' }, glue(plain)), { name: 'VaeError', code: 'network' });
});

test('without the packed file the glue gets the plain one to fetch', async (context) => {
  host(context, {});
  /** @type {unknown[]} */
  const sources = [];
  await loadWasm({ simd: 'simd128' }, glue({ 'vae-playground.js': (source) => sources.push(source) }));
  assert.deepEqual(sources, [wasmBuild('simd128').wasm]);
});

test('wasm from elsewhere is told by what it imports, and started with its own glue', async (context) => {
  browser(context, false);
  host(context, { 'engine.wasm': RELAXED, 'other.wasm': importing('./env.js') });
  /** @type {unknown[]} */
  const sources = [];
  await loadWasm({ wasmUrl: 'https://cdn.example/engine.wasm' }, glue({ 'vae-playground-relaxed.js': (source) => sources.push(source) }));
  assert.ok(sources[0] instanceof WebAssembly.Module);
  await assert.rejects(loadWasm({ wasmUrl: 'https://cdn.example/other.wasm' }, glue(GLUES)), { code: 'invalid-argument', message: /wasmUrl/ });
  await assert.rejects(loadWasm({ wasmUrl: 'https://cdn.example/none.wasm' }, glue(GLUES)), { code: 'network', message: /none\.wasm/ });
  assert.equal(buildOf(new WebAssembly.Module(PLAIN)), 'simd128');
});

test('wasm that the browser cannot compile is unsupported', async (context) => {
  host(context, { 'engine.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0) });
  await assert.rejects(loadWasm({ wasmUrl: 'https://cdn.example/engine.wasm' }, glue(GLUES)), { code: 'unsupported' });
});

test('create refuses builds that do not exist', () => {
  const simd = /** @type {'simd128'} */ ('avx2');
  assert.throws(() => resolve({ simd, weights: 'random' }), { code: 'invalid-argument', message: /simd: "avx2"/ });
});
