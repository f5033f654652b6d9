// The text of the GPU's kernels: a file beside the wasm, which is fetched once a GPU is to be used.

import { SHADERS } from './assets.js';
import { fetchPacked } from './packed.js';

const FILE = 'vae-playground.wgsl';

/**
 * @param {import('./types.js').WasmSource} source
 * @returns {Promise<string>}
 * @throws {import('./errors.js').VaeError} `network`
 */
export async function fetchShaders({ wasmUrl, shadersUrl }) {
  return new TextDecoder().decode(await fetchFrom(shadersUrl, wasmUrl && beside(wasmUrl)));
}

/**
 * @param {string | undefined} told
 * @param {string | undefined} found where wasm from elsewhere lies, which need not have the shaders with it
 */
function fetchFrom(told, found) {
  const own = () => fetchPacked(SHADERS.plain, undefined, SHADERS.packed);
  if (told) return fetchPacked(told, undefined, told);
  return found ? fetchPacked(found).catch(own) : own();
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
