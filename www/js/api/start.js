// Starts the engine's worker, for a Vae that is made now or one that is about to be; or, where there can be none, the engine on
// the calling thread.

import { workerUrl } from './assets.js';
import { isUsual } from './protocol.js';
import { PlacePort } from './places.js';

/** @typedef {import('./client.js').Port} Port */

/** @type {Worker | null} */
let spare = null;
/** Said once. */
let warned = false;
/** A module that imports the worker's, for origins whose scripts a page may import but not start. @type {string | null} */
let bridge = null;

// Bundlers read each call as it stands, so both are written out.
/** Named `USUAL` of protocol.js. */
const usual = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine' });
const elsewhere = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vae-engine-elsewhere' });

/**
 * Begins to fetch and to compile the engine; the next Vae that takes it from its usual place has it at once.
 * @param {Worker | null} [started] what `early.js` has started already
 */
export function preload(started) {
  if (spare) return;
  const worker = started ?? usual();
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
  const given = from.workerUrl ?? workerUrl?.();
  const name = isUsual(from) && !workerUrl ? 'vae-engine' : 'vae-engine-elsewhere';
  const first = given ? () => new Worker(given, { type: 'module', name }) : () => startWorker(from);
  return new PlacePort([first, () => imported(given ?? beside(), name), onThisThread]);
}

/**
 * @param {import('./types.js').WasmSource} from
 * @returns {Worker} the one that was started beforehand, where it has what is asked for
 */
export function startWorker(from) {
  if (!isUsual(from)) return elsewhere();
  const worker = spare ?? usual();
  spare = null;
  return worker;
}

/** The worker's file as it lies beside this one, which is not so where a bundler put both elsewhere. */
function beside() {
  const directory = import.meta.url.replace(/[^/]*$/, '');
  return `${directory}worker.js`;
}

/**
 * A worker of the page's own origin that imports the file.
 * @param {string} url
 * @param {string} name
 * @returns {Worker}
 */
function imported(url, name) {
  // A file of the page's own origin can be started as it is, or not at all.
  if (!('location' in globalThis) || new URL(url).origin === globalThis.location.origin) throw new Error('no worker could be started from its file');
  bridge ??= URL.createObjectURL(new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' }));
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
