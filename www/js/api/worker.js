// The dedicated module worker that owns the wasm module, the GPU device and the training loop; or, where another worker started it,
// one that shares that one's training.

import { loadWasm } from './builds.js';
import { EngineHost } from './host.js';
import { macrotask } from './macrotask.js';
import { Peer } from './peer.js';
import { USUAL, isUsual } from './protocol.js';

/**
 * The part of DedicatedWorkerGlobalScope used here; TypeScript's DOM and WebWorker libraries exclude each other.
 * @typedef {object} WorkerScope
 * @property {(message: unknown, transfer: Transferable[]) => void} postMessage
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {() => void} importScripts
 * @property {string} name
 * @property {{ gpu?: { requestAdapter: () => Promise<unknown> } }} navigator
 * @property {{ href: string }} location
 */
const scope = /** @type {WorkerScope} */ (/** @type {unknown} */ (globalThis));

/** Who hears of what is begun early. @type {import('./builds.js').OnProgress} */
let hear = () => {};
/** Begun before anything is asked: the first request may wait until its sender's thread is free. @type {ReturnType<typeof loadWasm> | null} */
let early = scope.name === USUAL ? loadWasm({}, (loaded, total) => hear(loaded, total)) : null;
// Told when it is asked for.
early?.catch(() => {});
// The first adapter takes long to be found, since the page's thread has a part in it; the next one is there at once.
if (early) scope.navigator.gpu?.requestAdapter().catch(() => {});

/**
 * @param {import('./types.js').WasmSource} from
 * @param {import('./builds.js').OnProgress} onProgress
 */
function loading(from, onProgress) {
  const begun = isUsual(from) ? early : null;
  // What failed can be tried again.
  early = null;
  hear = onProgress;
  return begun ?? loadWasm(from, onProgress);
}

/** How this worker was started; bundlers may have made a classic script of it, which alone may import scripts. @returns {WorkerType} */
function ownType() {
  try {
    scope.importScripts();
    return 'classic';
  } catch {
    return 'module';
  }
}

const host = new EngineHost({
  loadWasm: loading,
  post: (message, transfer) => scope.postMessage(message, transfer),
  giveWay: macrotask,
  now: () => performance.now(),
  // The same file again: whatever page could start this worker, or bundle it, has no second one to care for.
  spawn: () => new Worker(scope.location.href, { type: ownType(), name: 'vae-peer' }),
});
const peer = new Peer({ loadWasm: (source) => loadWasm(source), post: (answer) => scope.postMessage(answer, []) });
/** @type {EngineHost | Peer | null} */
let role = null;

// Registered before anything is awaited: a message that finds no listener would be lost.
scope.onmessage = ({ data }) => {
  role ??= data.op === 'join' ? peer : host;
  void role.handle(data);
};
