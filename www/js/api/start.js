// Starts the engine's worker, for a Vae that is made now or one that is about to be; or, where there can be none, the engine on
// the calling thread.

import { USUAL, isUsual } from './protocol.js';
import { PlacePort } from './places.js';
import { startElsewhere, startUsual, workerFile } from './worker-file.js';

/** @typedef {import('./client.js').Port} Port */

/** @type {Worker | null} */
let spare = null;
/** Said once. */
let warned = false;
/** Modules that import a worker's, by its address, for origins whose scripts a page may import but not start. @type {Map<string, string>} */
const bridges = new Map();

/**
 * Begins to fetch and to compile the engine; the next Vae that takes it from its usual place has it at once.
 * @param {Worker | null} [started] what `early.js` has started already
 */
export function preload(started) {
  if (spare) return;
  const worker = started ?? startUsual();
  // One that could not be loaded would never answer: whoever needs one starts another, and hears why.
  worker.onerror = () => {
    if (spare === worker) spare = null;
  };
  spare = worker;
}

/**
 * @param {import('./types.js').WasmSource & { workerUrl?: string }} from which engine, and another place of the worker's file
 * @returns {Port}
 */
export function startEngine(from) {
  const { workerUrl } = from;
  const name = isUsual(from) ? USUAL : 'vae-engine-elsewhere';
  const first = workerUrl ? () => new Worker(workerUrl, { type: 'module', name }) : () => startWorker(from);
  return new PlacePort([first, (why) => imported(workerUrl ?? workerFile(), name, why), onThisThread]);
}

/**
 * @param {import('./types.js').WasmSource} from
 * @returns {Worker} the one that was started beforehand, where it has what is asked for
 */
export function startWorker(from) {
  if (!isUsual(from)) return startElsewhere();
  const worker = spare ?? startUsual();
  spare = null;
  return worker;
}

/**
 * A worker of the page's own origin that imports the file.
 * @param {string} url
 * @param {string} name
 * @param {string} why it could not be started as it is
 * @returns {Worker}
 */
function imported(url, name, why) {
  // A file of the page's own origin can be started as it is, or not at all.
  if (!('location' in globalThis) || new URL(url).origin === globalThis.location.origin) throw new Error(why);
  const bridge = bridges.get(url) ?? URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
  bridges.set(url, bridge);
  return new Worker(bridge, { type: 'module', name });
}

/**
 * @param {string} why there is no worker
 * @returns {Promise<Port>}
 */
async function onThisThread(why) {
  const { ThreadPort } = await import('./thread.js');
  const alone = !('Worker' in globalThis);
  const place = alone ? 'on the calling thread: there are no web workers here' : `on the page's thread: no worker could be started (${why})`;
  // Node.js has no web workers, and no page that would stand still.
  if (!warned && 'document' in globalThis) console.warn(`vae-playground: ${place}; the page stands still while it computes`);
  warned = true;
  return new ThreadPort(place);
}
