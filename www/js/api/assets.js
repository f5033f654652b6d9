// Where the files lie that the build puts beside these modules. The only place that knows, but for the worker: joined
// modules lie elsewhere, as deep as this one.

/** The wasm-bindgen module. */
export const WASM_MODULE_URL = new URL('../../wasm/vae-playground.js', import.meta.url).href;

/** The wasm itself, with a packed one beside it. */
export const WASM_URL = new URL('../../wasm/vae-playground_bg.wasm', import.meta.url).href;

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
