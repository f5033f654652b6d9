// Where the files lie that the build puts beside these modules. The only place that knows, but for the worker: joined
// modules lie elsewhere, as deep as this one.

/** The wasm of each build, with a packed file beside it, and what wasm-bindgen made to go with it. */
const WASM_BUILDS = Object.freeze({
  'relaxed-simd': {
    glue: new URL('../../wasm/vae-playground-relaxed.js', import.meta.url).href,
    wasm: new URL('../../wasm/vae-playground-relaxed_bg.wasm', import.meta.url).href,
  },
  simd128: {
    glue: new URL('../../wasm/vae-playground.js', import.meta.url).href,
    wasm: new URL('../../wasm/vae-playground_bg.wasm', import.meta.url).href,
  },
});

/** @type {readonly import('./types.js').SimdBuild[]} */
export const BUILDS = Object.freeze(['relaxed-simd', 'simd128']);

/**
 * @param {import('./types.js').SimdBuild} build
 * @returns {{ glue: string, wasm: string }} URLs
 */
export function wasmBuild(build) {
  return WASM_BUILDS[build];
}

/** The folder with other people's libraries, and the one with the page's styles. */
export const VENDOR_URL = new URL('../../vendor/', import.meta.url).href;
export const STYLES_URL = new URL('../../css/', import.meta.url).href;

/** The folder with the four gzipped IDX files. */
export const MNIST_URL = new URL('../../data/', import.meta.url).href;

/** The folder with the few test digits that the page shows before anything is trained. */
export const SOME_DIGITS_URL = MNIST_URL;

/** Presets that have trained weights to download. */
export const PRETRAINED_PRESETS = Object.freeze(['dense-20', 'dense-2', 'mini-2', 'conv-16', 'iwae-50', 'cvae-20']);

/**
 * @param {string} preset
 * @returns {string}
 */
export function pretrainedUrl(preset) {
  return new URL(`../../pretrained/${preset}.safetensors`, import.meta.url).href;
}

/**
 * What a trained preset's encoder makes of the page's few test digits.
 * @param {string} preset
 * @returns {string}
 */
export function pretrainedPosteriorsUrl(preset) {
  return new URL(`../../pretrained/${preset}.posteriors.json`, import.meta.url).href;
}
