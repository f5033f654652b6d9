// The text of the GPU's kernels: a file beside the wasm, which is fetched once a GPU is to be used.

import { SHADERS } from './assets.js';
import { fetchPacked } from './packed.js';

const FILE = 'vae-playground.wgsl';
/** What the file begins with; hosts answer with a page where they have no file. */
const BEGINNING = '// vae-playground ';

/**
 * @param {import('./types.js').WasmSource} source
 * @returns {Promise<string>}
 * @throws {import('./errors.js').VaeError} `network`
 */
export async function fetchShaders({ wasmUrl, shadersUrl }) {
  if (shadersUrl) return text(await fetchPacked(shadersUrl, undefined, shadersUrl));
  const found = wasmUrl && beside(wasmUrl);
  // Where wasm from elsewhere lies there need not be the shaders with it.
  const there = found ? await fetchPacked(found).then(text, () => '') : '';
  return there.startsWith(BEGINNING) ? there : text(await fetchPacked(SHADERS.plain, undefined, SHADERS.packed));
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  return new TextDecoder().decode(bytes);
}

/**
 * @param {string} wasmUrl
 * @returns {string | undefined} nothing beside a `data:` or a `blob:` URL
 */
function beside(wasmUrl) {
  try {
    return new URL(FILE, wasmUrl).href;
  } catch {
    return undefined;
  }
}
