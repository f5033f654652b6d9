// Where the files lie that the build puts beside these modules. The only place that knows.

/** The wasm-bindgen module; it loads its .wasm from beside itself. */
export const WASM_MODULE_URL = new URL('../../wasm/vae-playground.js', import.meta.url).href;

/** The folder with the four gzipped IDX files. */
export const MNIST_URL = new URL('../../data/', import.meta.url).href;

/** The folder with the few test digits that the page shows before anything is trained. */
export const SOME_DIGITS_URL = MNIST_URL;

/** Presets that have trained weights to download. */
export const PRETRAINED_PRESETS = Object.freeze(['dense-20', 'dense-2', 'conv-16', 'iwae-50', 'cvae-20']);

/**
 * @param {string} preset
 * @returns {string}
 */
export function pretrainedUrl(preset) {
  return new URL(`../../pretrained/${preset}.safetensors`, import.meta.url).href;
}
