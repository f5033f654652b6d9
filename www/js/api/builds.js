// The engine's two builds, and which of them a browser runs: with relaxed SIMD, whose multiply-add is one instruction,
// or with plain SIMD128 (Safari). Only the chosen one is fetched.

import { BUILDS, wasmBuild } from './assets.js';
import { VaeError } from './errors.js';
import { fetchBytes } from './fetching.js';
import { compilePacked } from './packed.js';

/** @typedef {import('./types.js').SimdBuild} SimdBuild */
/** @typedef {import('./types.js').WasmModule} WasmModule */

/** A module with one function: (v128, v128, v128) → v128 by `f32x4.relaxed_madd`. */
const RELAXED_MADD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b],
);

/**
 * @param {SimdBuild | 'auto'} [simd]
 * @returns {SimdBuild} what was asked for, or the faster one of those that this browser runs
 */
export function chooseBuild(simd = 'auto') {
  if (simd !== 'auto') return simd;
  return WebAssembly.validate(RELAXED_MADD) ? 'relaxed-simd' : 'simd128';
}

/**
 * Which build compiled wasm is: it imports from a module of the name of its own glue.
 * @param {WebAssembly.Module} compiled
 * @returns {SimdBuild}
 * @throws {VaeError} `invalid-argument`
 */
export function buildOf(compiled) {
  const [{ module: name } = { module: '' }] = WebAssembly.Module.imports(compiled);
  const fileName = (/** @type {string} */ url) => url.slice(url.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const build = BUILDS.find((each) => fileName(name) === fileName(wasmBuild(each).wasm));
  if (!build) throw new VaeError('invalid-argument', 'wasmUrl: the wasm there is no build of this engine');
  return build;
}

/**
 * Fetches, compiles and starts a build.
 * @param {object} options
 * @param {string} [options.wasmUrl] of a build's wasm; otherwise one of those beside these modules is taken
 * @param {SimdBuild | 'auto'} [options.simd] which of those
 * @param {(url: string) => Promise<WasmModule>} [importGlue]
 * @returns {Promise<WasmModule>}
 * @throws {VaeError} `unsupported`, `network`, `invalid-argument`
 */
export async function loadWasm({ wasmUrl, simd = 'auto' }, importGlue = (url) => import(url)) {
  if (typeof WebAssembly === 'undefined') throw new VaeError('unsupported', 'this browser has no WebAssembly');
  try {
    if (wasmUrl) {
      const compiled = await WebAssembly.compile(/** @type {Uint8Array<ArrayBuffer>} */ (await fetchBytes(wasmUrl)));
      return await start(importGlue(wasmBuild(buildOf(compiled)).glue), compiled);
    }
    const build = chooseBuild(simd);
    const loading = loadBuild(build, importGlue);
    // A host may lack the faster one: a development build makes only the one that every browser runs.
    return await (simd === 'auto' && build !== 'simd128' ? loading.catch(() => loadBuild('simd128', importGlue)) : loading);
  } catch (thrown) {
    if (thrown instanceof VaeError) throw thrown;
    if (thrown instanceof WebAssembly.CompileError) {
      throw new VaeError('unsupported', `this browser cannot compile the engine: ${thrown.message}`, { cause: thrown });
    }
    throw new VaeError('network', `the engine could not be loaded: ${String(thrown)}`, { cause: thrown });
  }
}

/**
 * @param {SimdBuild} build
 * @param {(url: string) => Promise<WasmModule>} importGlue
 */
function loadBuild(build, importGlue) {
  const { glue, wasm } = wasmBuild(build);
  // A host may lack the packed file, or send something else for it: the plain one is there too.
  return start(importGlue(glue), compilePacked(wasm).catch(() => wasm));
}

/**
 * @param {Promise<WasmModule>} glue
 * @param {WebAssembly.Module | Promise<WebAssembly.Module | string>} source
 */
async function start(glue, source) {
  const [wasm, module_or_path] = await Promise.all([glue, source]);
  await wasm.default({ module_or_path });
  return wasm;
}
