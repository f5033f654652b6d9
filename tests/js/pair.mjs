// A page's client and a worker's host without a page or a worker.

import { Client } from '../../www/js/api/client.js';
import { EngineHost } from '../../www/js/api/host.js';
import { macrotask } from '../../www/js/api/macrotask.js';
import { fakeWasm } from './fake-engine.mjs';

/** A client and a host, joined by structured clones as a worker would join them. */
export function pair(/** @type {import('./fake-engine.mjs').FakeEngine[]} */ ...engines) {
  /** @type {import('../../www/js/api/client.js').Port} */
  const port = {
    onmessage: null,
    onerror: null,
    postMessage: (message) => {
      const data = /** @type {import('../../www/js/api/protocol.js').Request} */ (structuredClone(message));
      setImmediate(() => void host.handle(data));
    },
    terminate: () => {},
  };
  const host = new EngineHost({
    loadWasm: async () => fakeWasm(engines),
    post: (message) => {
      const data = structuredClone(message);
      setImmediate(() => port.onmessage?.(/** @type {MessageEvent} */ ({ data })));
    },
    giveWay: macrotask,
    now: () => performance.now(),
    spawn: () => {
      throw new Error('no workers here');
    },
  });
  return new Client(port);
}

export const create = (/** @type {Client} */ client) => client.request('create', { model: 'dense-20', backend: 'auto', seed: 1, checkpoint: null });
