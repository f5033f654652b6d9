// Where the package's files lie. It stands in the place of js/api/assets.js: every URL is written out, as bundlers read them.

import { POSTERIORS, PRETRAINED, STYLES } from './files.js';

/** One build: URLs of its wasm and of the same packed with gzip, and the module that goes with it.
 * @typedef {{ wasm: string, packed: string, importGlue: () => Promise<import('./types.js').WasmModule> }} WasmFiles */

/** What wasm-bindgen's own types say is less than what its module does. @param {Promise<unknown>} glue */
const typed = (glue) => /** @type {Promise<import('./types.js').WasmModule>} */ (glue);

/** @type {Readonly<Record<import('./types.js').SimdBuild, WasmFiles>>} */
const WASM_BUILDS = Object.freeze({
  'relaxed-simd': {
    wasm: new URL('../../wasm/vae-playground-relaxed_bg.wasm', import.meta.url).href,
    packed: new URL('../../wasm/vae-playground-relaxed_bg.wasm.gz', import.meta.url).href,
    importGlue: () => typed(import('../../wasm/vae-playground-relaxed.js')),
  },
  simd128: {
    wasm: new URL('../../wasm/vae-playground_bg.wasm', import.meta.url).href,
    packed: new URL('../../wasm/vae-playground_bg.wasm.gz', import.meta.url).href,
    importGlue: () => typed(import('../../wasm/vae-playground.js')),
  },
});

/** @type {readonly import('./types.js').SimdBuild[]} */
export const BUILDS = Object.freeze(['relaxed-simd', 'simd128']);

/**
 * @param {import('./types.js').SimdBuild} build
 * @returns {WasmFiles}
 */
export function wasmBuild(build) {
  return WASM_BUILDS[build];
}

/** The GPU's kernels, for both builds: URLs of the text and of the same packed with gzip. */
export const SHADERS = Object.freeze({
  plain: new URL('../../wasm/vae-playground.wgsl', import.meta.url).href,
  packed: new URL('../../wasm/vae-playground.wgsl.gz', import.meta.url).href,
});

/**
 * @param {string} name of a file in css/, or in vendor/ behind `vendor/`
 * @returns {string}
 */
export function styleUrl(name) {
  return STYLES[name]();
}

/** Other people's libraries, each fetched when it is first needed. What only the page needs is not there.
 * @type {Readonly<Record<string, () => Promise<unknown>>>} */
const LIBRARIES = {
  uPlot: () => import('../../vendor/uPlot.esm.js'),
  gifenc: () => import('../../vendor/gifenc.esm.js'),
};

/** @param {string} name @returns {Promise<any>} */
export const importLibrary = (name) => LIBRARIES[name]();

/** MNIST is not in the package: whoever trains on it says where it lies. @type {string | null} */
export const MNIST_URL = null;

/** The few test digits that elements show before anything is trained, as gzipped IDX files. */
export const SOME_DIGITS = {
  get images() {
    return new URL('../../data/some-images-idx3-ubyte.gz', import.meta.url).href;
  },
  get labels() {
    return new URL('../../data/some-labels-idx1-ubyte.gz', import.meta.url).href;
  },
};

/** Presets that have trained weights in the package. */
export const PRETRAINED_PRESETS = Object.freeze(Object.keys(PRETRAINED));

/**
 * @param {string} preset
 * @returns {{ url: string, packed: boolean }} packed: with a gzipped file beside it
 */
export function pretrained(preset) {
  return { url: PRETRAINED[preset](), packed: false };
}

/**
 * What a trained preset's encoder makes of the few test digits.
 * @param {string} preset
 * @returns {string}
 */
export function pretrainedPosteriorsUrl(preset) {
  return POSTERIORS[preset]();
}

/** The engine that workers are handed, where they cannot fetch it. @type {(() => Promise<WebAssembly.Module>) | null} */
export const sharedEngine = null;
