// The engine on the calling thread: in Node.js, and on pages that may not start workers.

import { loadWasm } from './builds.js';
import { VaeError } from './errors.js';
import { EngineHost } from './host.js';
import { macrotask } from './macrotask.js';

/** @typedef {import('./client.js').Port} Port */
/** @typedef {import('./types.js').WasmModule} WasmModule */
/** @typedef {import('./types.js').WasmSource} WasmSource */

/** The engine by where it comes from: this thread needs each once. What failed can be tried again. @type {Map<string, Promise<WasmModule>>} */
const engines = new Map();

/**
 * @param {WasmSource} source
 * @param {import('./builds.js').OnProgress} [onProgress] of whoever asks first
 * @returns {Promise<WasmModule>}
 * @throws {VaeError} as `loadWasm`
 */
export function engineHere(source, onProgress) {
  const key = source.compiled ? 'compiled' : `${source.simd ?? 'auto'} ${source.wasmUrl ?? ''}`;
  const known = engines.get(key);
  if (known) return known;
  const loading = loadWasm(source, onProgress);
  engines.set(key, loading);
  loading.catch(() => engines.delete(key));
  return loading;
}

/** A worker's place taken by the thread itself; messages are copied and handed over as they would be. @implements {Port} */
export class ThreadPort {
  /** @type {Port['onmessage']} */
  onmessage = null;
  /** @type {Port['onerror']} */
  onerror = null;
  #host;
  #ended = false;

  /** @param {string} place where this is and why, for `backend.reason` */
  constructor(place) {
    this.#host = new EngineHost({
      loadWasm: engineHere,
      post: (message, transfer) => {
        if (!this.#ended) this.onmessage?.(/** @type {MessageEvent} */ ({ data: structuredClone(message, { transfer }) }));
      },
      giveWay: macrotask,
      now: () => performance.now(),
      spawn: () => {
        throw new VaeError('unsupported', 'there are no workers here');
      },
      place,
    });
  }

  /**
   * @param {unknown} message
   * @param {Transferable[]} transfer
   */
  postMessage(message, transfer) {
    const request = structuredClone(message, { transfer });
    queueMicrotask(() => {
      if (!this.#ended) void this.#host.handle(/** @type {import('./protocol.js').Request} */ (request));
    });
  }

  terminate() {
    this.#ended = true;
    void this.#host.dispose();
  }
}
