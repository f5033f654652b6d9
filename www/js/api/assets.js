// Where the files lie that the build puts beside these modules. The only place that knows, but for worker-file.js: joined
// modules lie elsewhere, as deep as this one. The package has a module of its own in this one's place.

/** @param {string} name @returns {WasmFiles} */
const files = (name) => {
  const at = (/** @type {string} */ file) => new URL(`../../wasm/${file}`, import.meta.url).href;
  return { wasm: at(`${name}_bg.wasm`), packed: at(`${name}_bg.wasm.gz`), importGlue: () => import(at(`${name}.js`)) };
};

/** What wasm-bindgen made of each build. */
const WASM_BUILDS = Object.freeze({ 'relaxed-simd': files('vae-playground-relaxed'), simd128: files('vae-playground') });

/** @type {readonly import('./types.js').SimdBuild[]} */
export const BUILDS = Object.freeze(['relaxed-simd', 'simd128']);

/** One build: URLs of its wasm and of the same packed with gzip, and the module that goes with it.
 * @typedef {{ wasm: string, packed: string, importGlue: () => Promise<import('./types.js').WasmModule> }} WasmFiles */

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
  return new URL(name.startsWith('vendor/') ? `../../${name}` : `../../css/${name}`, import.meta.url).href;
}

/** Other people's libraries, each fetched when it is first needed. */
const LIBRARIES = Object.freeze({ uPlot: 'uPlot.esm.js', gifenc: 'gifenc.esm.js', katex: 'katex.min.js' });

/** A URL of its own needs neither bundler nor inline import map. @param {keyof typeof LIBRARIES} name */
export const importLibrary = (name) => import(new URL(`../../vendor/${LIBRARIES[name]}`, import.meta.url).href);

/** The folder with the four gzipped IDX files; null where they do not lie beside these modules. @type {string | null} */
export const MNIST_URL = new URL('../../data/', import.meta.url).href;

/** The few test digits that the page shows before anything is trained, as gzipped IDX files. */
export const SOME_DIGITS = Object.freeze({
  images: new URL('../../data/some-images-idx3-ubyte.gz', import.meta.url).href,
  labels: new URL('../../data/some-labels-idx1-ubyte.gz', import.meta.url).href,
});

/** Presets that have trained weights to download. */
export const PRETRAINED_PRESETS = Object.freeze(['dense-20', 'dense-2', 'mini-2', 'conv-16', 'iwae-50', 'cvae-20']);

/**
 * @param {string} preset
 * @returns {{ url: string, packed: boolean }} packed: with a gzipped file beside it
 */
export function pretrained(preset) {
  return { url: new URL(`../../pretrained/${preset}.safetensors`, import.meta.url).href, packed: true };
}

/**
 * What a trained preset's encoder makes of the page's few test digits.
 * @param {string} preset
 * @returns {string}
 */
export function pretrainedPosteriorsUrl(preset) {
  return new URL(`../../pretrained/${preset}.posteriors.json`, import.meta.url).href;
}

/** The engine that workers are handed, where they cannot fetch it. @type {(() => Promise<WebAssembly.Module>) | null} */
export const sharedEngine = null;
