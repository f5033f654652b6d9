// What the inline module's worker has: the glue alone, since it is handed the engine and told where the shaders are. It stands in the place of js/api/assets.js.

/** @type {readonly import('./types.js').SimdBuild[]} */
export const BUILDS = Object.freeze(['simd128']);

/** @returns {import('./assets.js').WasmFiles} */
export function wasmBuild() {
  return { wasm: '', packed: '', importGlue: () => import('../../wasm/vae-playground.js') };
}

export const SHADERS = Object.freeze({ plain: '', packed: '' });

/** @type {null} */
export const sharedEngine = null;
