// The engine's two builds, and which of them a browser runs: with relaxed SIMD, whose multiply-add is one instruction,
// or with plain SIMD128 (Safari). Only the chosen one is fetched.

import { BUILDS, wasmBuild } from './assets.js';
import { VaeError } from './errors.js';
import { compilePacked } from './packed.js';
import { fetchShaders } from './shaders.js';
import { VERSION } from './version.js';

/** @typedef {import('./types.js').SimdBuild} SimdBuild */
/** @typedef {import('./types.js').WasmModule} WasmModule */
/** @typedef {import('./types.js').WasmSource} WasmSource */

/** A module with one function: (v128, v128, v128) → v128 by `f32x4.relaxed_madd`. */
const RELAXED_MADD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b],
);

/**
 * @param {SimdBuild | 'auto'} [simd]
 * @returns {SimdBuild} what was asked for, or the faster one of those that are there and that this browser runs
 */
export function chooseBuild(simd = 'auto') {
  if (simd !== 'auto') return simd;
  return BUILDS.includes('relaxed-simd') && WebAssembly.validate(RELAXED_MADD) ? 'relaxed-simd' : 'simd128';
}

/** The module that each build's wasm imports from: its own glue, by the name that wasm-bindgen gave it. */
const IMPORTS = Object.freeze({ 'relaxed-simd': './vae-playground-relaxed_bg.js', simd128: './vae-playground_bg.js' });

/** The section in which the build notes the engine's version. */
const VERSION_SECTION = 'vae-playground-version';

/**
 * Which build compiled wasm is.
 * @param {WebAssembly.Module} compiled
 * @returns {SimdBuild}
 * @throws {VaeError} `invalid-argument` for other wasm, `unsupported` for that of another version
 */
export function buildOf(compiled) {
  const [{ module: name } = { module: '' }] = WebAssembly.Module.imports(compiled);
  const build = BUILDS.find((each) => IMPORTS[each] === name);
  if (!build) throw new VaeError('invalid-argument', 'wasmUrl: the wasm there is no build of this engine');
  // Told before it is started: the glue knows the functions of its own version alone.
  const [section] = WebAssembly.Module.customSections(compiled, VERSION_SECTION);
  if (section) checkVersion(new TextDecoder().decode(section));
  return build;
}

/**
 * @param {string} found the wasm's
 * @throws {VaeError} `unsupported`
 */
function checkVersion(found) {
  if (found === VERSION) return;
  throw new VaeError('unsupported', `the engine's wasm has version ${found}, these modules have version ${VERSION}: both must be of one release`);
}

/** Bytes of what is transferred. @typedef {(loaded: number, total: number | null) => void} OnProgress */

/**
 * Fetches, compiles and starts a build.
 * @param {WasmSource} source
 * @param {OnProgress} [onProgress]
 * @param {typeof wasmBuild} [filesOf] where each build lies
 * @returns {Promise<WasmModule>}
 * @throws {VaeError} `unsupported`, `network`, `invalid-argument`
 */
export async function loadWasm(source, onProgress, filesOf = wasmBuild) {
  const { wasmUrl, compiled, simd = 'auto' } = source;
  if (typeof WebAssembly === 'undefined') throw new VaeError('unsupported', 'this browser has no WebAssembly');
  const start = async (/** @type {WebAssembly.Module} */ module) => {
    const wasm = await filesOf(buildOf(module)).importGlue();
    await wasm.default({ module_or_path: module });
    checkVersion(wasm.version());
    wasm.shadersFrom(() => fetchShaders(source));
    return wasm;
  };
  const load = (/** @type {SimdBuild} */ build) => compilePacked(filesOf(build), onProgress).then(start);
  try {
    if (compiled) return await start(compiled);
    if (wasmUrl) return await start(await compilePacked({ wasm: wasmUrl, packed: wasmUrl }, onProgress));
    const build = chooseBuild(simd);
    // The glue is asked for while the wasm arrives.
    filesOf(build).importGlue().catch(() => {});
    // A host may lack the faster one: a development build makes only the one that every browser runs.
    return await (simd === 'auto' && build !== 'simd128' ? load(build).catch(() => load('simd128')) : load(build));
  } catch (thrown) {
    if (thrown instanceof VaeError) throw thrown;
    if (thrown instanceof WebAssembly.CompileError || thrown instanceof WebAssembly.LinkError) {
      throw new VaeError('unsupported', `the engine does not run here: ${thrown.message}`, { cause: thrown });
    }
    throw new VaeError('network', `the engine could not be loaded: ${String(thrown)}`, { cause: thrown });
  }
}
