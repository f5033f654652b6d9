// The engine on the calling thread: in Node.js, and on pages that may not start workers.

import { engineHere } from './engine-here.js';
import { VaeError } from './errors.js';
import { EngineHost } from './host.js';
import { macrotask } from './macrotask.js';

/** @typedef {import('./client.js').Port} Port */
/** Whether WebGPU can be looked for at all: the engine takes anything else for a browser that lost it. */
const mayHaveGpu = () => 'Window' in globalThis || 'WorkerGlobalScope' in globalThis;

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
      gpu: mayHaveGpu(),
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
