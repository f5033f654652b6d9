// The dedicated module worker that owns the wasm module, the GPU device and the training loop.

import { WASM_MODULE_URL, WASM_URL } from './assets.js';
import { VaeError } from './errors.js';
import { EngineHost } from './host.js';
import { macrotask } from './macrotask.js';
import { compilePacked } from './packed.js';
import { USUAL } from './protocol.js';

/**
 * The part of DedicatedWorkerGlobalScope used here; TypeScript's DOM and WebWorker libraries exclude each other.
 * @typedef {object} WorkerScope
 * @property {(message: unknown, transfer: Transferable[]) => void} postMessage
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {string} name
 * @property {{ gpu?: { requestAdapter: () => Promise<unknown> } }} navigator
 */
const scope = /** @type {WorkerScope} */ (/** @type {unknown} */ (globalThis));

/**
 * @param {string | undefined} wasmUrl
 * @returns {Promise<import('./types.js').WasmModule>}
 */
async function loadWasm(wasmUrl) {
  try {
    const loading = /** @type {Promise<import('./types.js').WasmModule>} */ (import(WASM_MODULE_URL));
    // A host may lack the packed file, or send something else for it: the plain one is there too.
    const source = wasmUrl ?? compilePacked(WASM_URL).catch(() => WASM_URL);
    const [wasm, module_or_path] = await Promise.all([loading, source]);
    await wasm.default({ module_or_path });
    return wasm;
  } catch (thrown) {
    if (typeof WebAssembly === 'undefined') throw new VaeError('unsupported', 'this browser has no WebAssembly');
    if (thrown instanceof WebAssembly.CompileError) {
      throw new VaeError('unsupported', `this browser cannot compile the engine: ${thrown.message}`, { cause: thrown });
    }
    throw new VaeError('network', `the engine could not be loaded: ${String(thrown)}`, { cause: thrown });
  }
}

/** Begun before anything is asked: the first request may wait until its sender's thread is free. @type {ReturnType<typeof loadWasm> | null} */
let early = scope.name === USUAL ? loadWasm(undefined) : null;
// Told when it is asked for.
early?.catch(() => {});
// The first adapter takes long to be found, since the page's thread has a part in it; the next one is there at once.
if (early) scope.navigator.gpu?.requestAdapter().catch(() => {});

/** @param {string | undefined} wasmUrl */
function loading(wasmUrl) {
  const begun = wasmUrl === undefined ? early : null;
  // What failed can be tried again.
  early = null;
  return begun ?? loadWasm(wasmUrl);
}

const host = new EngineHost({
  loadWasm: loading,
  post: (message, transfer) => scope.postMessage(message, transfer),
  giveWay: macrotask,
  now: () => performance.now(),
});

// Registered before anything is awaited: a message that finds no listener would be lost.
scope.onmessage = ({ data }) => void host.handle(data);
