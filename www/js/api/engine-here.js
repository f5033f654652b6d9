// The engine on the calling thread, once for all that need it.

import { loadWasm } from './builds.js';

/** @typedef {import('./types.js').WasmModule} WasmModule */
/** @typedef {import('./types.js').WasmSource} WasmSource */

/** By where it comes from. What failed can be tried again. @type {Map<string, Promise<WasmModule>>} */
const engines = new Map();

/**
 * @param {WasmSource} source
 * @param {import('./builds.js').OnProgress} [onProgress] of whoever asks first
 * @returns {Promise<WasmModule>}
 * @throws {import('./errors.js').VaeError} as `loadWasm`
 */
export function engineHere(source, onProgress) {
  const key = source.compiled ? 'compiled' : `${source.simd ?? 'auto'} ${source.wasmUrl ?? ''} ${source.shadersUrl ?? ''}`;
  const known = engines.get(key);
  if (known) return known;
  const loading = loadWasm(source, onProgress);
  engines.set(key, loading);
  loading.catch(() => engines.delete(key));
  return loading;
}
