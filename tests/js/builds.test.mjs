// Which build of the engine is taken, and that no other is fetched.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildOf, chooseBuild, loadWasm } from '../../www/js/api/builds.js';
import { resolve } from '../../www/js/api/create.js';
import { VERSION } from '../../www/js/api/version.js';

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
 * @param {Record<string, (source: unknown) => void>} known by build; a host lacks every other
 * @param {string} [version] of the wasm
 */
function glue(known, version = VERSION) {
  const importGlue = async (/** @type {string} */ build) => {
    const started = known[build];
    if (!started) throw new TypeError(`Failed to fetch the glue of ${build}`);
    return /** @type {WasmModule} */ (/** @type {unknown} */ ({
      version: () => version,
      shadersFrom: () => {},
      default: async (/** @type {{ module_or_path: unknown }} */ { module_or_path }) => started(module_or_path),
    }));
  };
  return (/** @type {import('../../www/js/api/types.js').SimdBuild} */ build) => {
    const wasm = `https://host.example/${build === 'simd128' ? 'vae-playground' : 'vae-playground-relaxed'}_bg.wasm`;
    return { wasm, packed: `${wasm}.gz`, importGlue: () => importGlue(build) };
  };
}

/**
 * A module with a custom section.
 * @param {Uint8Array} module
 * @param {string} version
 */
function stamped(module, version) {
  const [name, text] = ['vae-playground-version', version].map((each) => [...new TextEncoder().encode(each)]);
  return Uint8Array.of(...module, 0, 1 + name.length + text.length, name.length, ...name, ...text);
}

/** @param {TestContext} context @param {boolean} relaxed */
function browser(context, relaxed) {
  context.mock.method(WebAssembly, 'validate', () => relaxed);
}

const PLAIN = importing('./vae-playground_bg.js');
const RELAXED = importing('./vae-playground-relaxed_bg.js');
const FILES = { 'vae-playground_bg.wasm.gz': PLAIN, 'vae-playground-relaxed_bg.wasm.gz': RELAXED };
const GLUES = { simd128: () => {}, 'relaxed-simd': () => {} };

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
    await loadWasm({}, undefined, glue(GLUES));
    assert.deepEqual(asked, [file]);
  });
}

test('a build that is asked for is taken whatever the browser says', async (context) => {
  browser(context, true);
  const asked = host(context, FILES);
  await loadWasm({ simd: 'simd128' }, undefined, glue(GLUES));
  assert.deepEqual(asked, ['vae-playground_bg.wasm.gz']);
});

test('a host that lacks the relaxed build serves the other one, unless it was asked for', async (context) => {
  browser(context, true);
  const files = { 'vae-playground_bg.wasm.gz': PLAIN };
  const plain = { simd128: () => {} };
  const asked = host(context, files);
  await loadWasm({}, undefined, glue(plain));
  assert.deepEqual(asked, ['vae-playground-relaxed_bg.wasm.gz', 'vae-playground-relaxed_bg.wasm', 'vae-playground_bg.wasm.gz']);
  await assert.rejects(loadWasm({ simd: 'relaxed-simd' }, undefined, glue(plain)), { name: 'VaeError', code: 'network' });
});

test('without the packed file the plain one is fetched', async (context) => {
  const asked = host(context, { 'vae-playground_bg.wasm': PLAIN });
  await loadWasm({ simd: 'simd128' }, undefined, glue(GLUES));
  assert.deepEqual(asked, ['vae-playground_bg.wasm.gz', 'vae-playground_bg.wasm']);
});

test('wasm of another version is refused with both versions, before it is started where it says so', async (context) => {
  let starts = 0;
  const count = { simd128: () => starts++ };
  host(context, { 'old.wasm': stamped(PLAIN, '0.0.9'), 'same.wasm': stamped(PLAIN, VERSION), 'silent.wasm': PLAIN });
  const from = (/** @type {string} */ name, /** @type {string} */ version) =>
    loadWasm({ wasmUrl: `https://cdn.example/${name}` }, undefined, glue(count, version));
  const both = { code: 'unsupported', message: new RegExp(`version 0\\.0\\.9.*version ${VERSION.replaceAll('.', '\\.')}`) };
  await assert.rejects(from('old.wasm', '0.0.9'), both);
  assert.equal(starts, 0);
  await from('same.wasm', VERSION);
  assert.equal(starts, 1);
  await assert.rejects(from('silent.wasm', '0.0.9'), both);
});

test('wasm that another thread has compiled is started as what it is, and bytes that travel are told', async (context) => {
  const asked = host(context, FILES);
  /** @type {unknown[]} */
  const sources = [];
  const compiled = new WebAssembly.Module(RELAXED);
  await loadWasm({ compiled }, undefined, glue({ 'relaxed-simd': (source) => sources.push(source) }));
  assert.deepEqual([sources[0] === compiled, asked], [true, []]);
  /** @type {number[]} */
  const progress = [];
  await loadWasm({ simd: 'simd128' }, (loaded) => progress.push(loaded), glue(GLUES));
  assert.equal(progress.at(-1), PLAIN.length);
});

test('the version of the modules is the project\'s', () => {
  const manifest = readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8');
  assert.equal(/^name = "vae-playground"\nversion = "(.*)"$/m.exec(manifest)?.[1], VERSION);
});

test('wasm from elsewhere is told by what it imports, and started with its own glue', async (context) => {
  browser(context, false);
  host(context, { 'engine.wasm': RELAXED, 'other.wasm': importing('./env.js') });
  /** @type {unknown[]} */
  const sources = [];
  await loadWasm({ wasmUrl: 'https://cdn.example/engine.wasm' }, undefined, glue({ 'relaxed-simd': (source) => sources.push(source) }));
  assert.ok(sources[0] instanceof WebAssembly.Module);
  await assert.rejects(loadWasm({ wasmUrl: 'https://cdn.example/other.wasm' }, undefined, glue(GLUES)), { code: 'invalid-argument', message: /wasmUrl/ });
  await assert.rejects(loadWasm({ wasmUrl: 'https://cdn.example/none.wasm' }, undefined, glue(GLUES)), { code: 'network', message: /none\.wasm/ });
  assert.equal(buildOf(new WebAssembly.Module(PLAIN)), 'simd128');
});

test('wasm that the browser cannot compile is unsupported', async (context) => {
  host(context, { 'engine.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0) });
  await assert.rejects(loadWasm({ wasmUrl: 'https://cdn.example/engine.wasm' }, undefined, glue(GLUES)), { code: 'unsupported' });
});

test('create refuses builds that do not exist', () => {
  const simd = /** @type {'simd128'} */ ('avx2');
  assert.throws(() => resolve({ simd, weights: 'random' }), { code: 'invalid-argument', message: /simd: "avx2"/ });
});
