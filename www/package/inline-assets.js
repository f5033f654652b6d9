// What the inline module has within itself: the wasm that every browser runs and the GPU's kernels, gzipped, and no weights. It stands in the place of
// js/api/assets.js.

import engine from '../../wasm/vae-playground_bg.wasm.gz';
import shaders from '../../wasm/vae-playground.wgsl.gz';
import { compilePacked } from './packed.js';

/** One build: URLs of its wasm and of the same packed with gzip, and the module that goes with it.
 * @typedef {{ wasm: string, packed: string, importGlue: () => Promise<import('./types.js').WasmModule> }} WasmFiles */

const URL_WITHIN = `data:application/gzip;base64,${engine}`;

/** @type {readonly import('./types.js').SimdBuild[]} */
export const BUILDS = Object.freeze(['simd128']);

/** @returns {WasmFiles} */
export function wasmBuild() {
  return { wasm: URL_WITHIN, packed: URL_WITHIN, importGlue: () => import('../../wasm/vae-playground.js') };
}

const SHADERS_WITHIN = `data:application/gzip;base64,${shaders}`;

/** Workers are told this one, and have none of their own. */
export const SHADERS = Object.freeze({ plain: SHADERS_WITHIN, packed: SHADERS_WITHIN });

/** There are no files beside this module. @type {string | null} */
export const MNIST_URL = null;
/** @type {readonly string[]} */
export const PRETRAINED_PRESETS = Object.freeze([]);

/**
 * @param {string} preset
 * @returns {{ url: string, packed: boolean }}
 */
export function pretrained(preset) {
  return { url: preset, packed: false };
}

/** @type {Promise<WebAssembly.Module> | null} */
let compiled = null;

/** Workers get what this thread has compiled, and Node.js, which has none, needs no copy. */
export const sharedEngine = 'Worker' in globalThis ? () => (compiled ??= compilePacked(wasmBuild())) : null;
