// The page's end of the protocol: requests out, replies and events in.

import { VaeError } from './errors.js';
import { transferables, unpackError } from './protocol.js';

/** @typedef {import('./protocol.js').Operations} Operations */

/** The part of Worker that is used, so that tests can stand in for it.
 * @typedef {object} Port
 * @property {(message: unknown, transfer: Transferable[]) => void} postMessage
 * @property {((event: MessageEvent) => void) | null} onmessage
 * @property {((event: ErrorEvent) => void) | null} onerror
 * @property {() => void} terminate
 */

/** Sends requests to one worker and pairs the replies. */
export class Client {
  #nextId = 1;
  /** @type {Map<number, { op: string, resolve: (value: any) => void, reject: (error: VaeError) => void, settle: () => void, onProgress?: (loaded: number, total: number | null) => void }>} */
  #waiting = new Map();
  /** @type {Set<(message: import('./protocol.js').EventMessage) => void>} */
  #listeners = new Set();
  /** @type {VaeError | null} */
  #closed = null;
  /** The last model whose coming was told: what is asked is asked of it. */
  #seen = 0;

  /** @param {Port} port */
  constructor(port) {
    this.port = port;
    port.onmessage = ({ data }) => this.#receive(data);
    port.onerror = (event) => this.#close(new VaeError('internal', `the worker failed: ${event.message ?? 'it could not start'}`));
  }

  /**
   * @template {keyof Operations} O
   * @param {O} op
   * @param {Operations[O]['args']} args
   * @param {object} [options]
   * @param {boolean} [options.transfer] hand the buffers in args over instead of copying them
   * @param {(loaded: number, total: number | null) => void} [options.onProgress]
   * @param {AbortSignal} [options.signal] cancels a long measurement
   * @returns {Promise<Operations[O]['value']>}
   */
  request(op, args, { transfer = false, onProgress, signal } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      if (signal?.aborted) return reject(new VaeError('aborted', `${op} was aborted`));
      const id = this.#nextId++;
      // The worker answers the cancelled request too, which then has nobody waiting.
      const cancel = () => {
        this.#waiting.delete(id);
        this.port.postMessage({ id: this.#nextId++, op: 'cancel', args: { id } }, []);
        reject(new VaeError('aborted', `${op} was aborted`));
      };
      const settle = () => signal?.removeEventListener('abort', cancel);
      try {
        this.port.postMessage({ id, op, args, seen: this.#seen }, transfer ? transferables(args) : []);
      } catch (thrown) {
        return reject(new VaeError('invalid-argument', `${op}: ${String(thrown)}`, { cause: thrown }));
      }
      signal?.addEventListener('abort', cancel, { once: true });
      this.#waiting.set(id, { op, resolve, reject, settle, onProgress });
    });
  }

  /**
   * @param {(message: import('./protocol.js').EventMessage) => void} listener
   * @returns {() => void} ends the subscription
   */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the worker; whatever still waits is refused. */
  dispose() {
    this.#close(new VaeError('disposed', 'the Vae has been disposed'));
    this.port.terminate();
  }

  /** @param {import('./protocol.js').Reply | import('./protocol.js').EventMessage} message */
  #receive(message) {
    if ('event' in message) {
      if (message.event === 'progress') this.#waiting.get(message.id)?.onProgress?.(message.loaded, message.total);
      for (const listener of [...this.#listeners]) listener(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    waiting?.settle();
    const model = message.ok && (waiting?.op === 'create' || waiting?.op === 'load');
    if (model) this.#seen = /** @type {import('./protocol.js').ModelInfo} */ (message.value).model;
    if (message.ok) waiting?.resolve(message.value);
    else waiting?.reject(unpackError(message.error));
  }

  /** @param {VaeError} error */
  #close(error) {
    if (this.#closed) return;
    this.#closed = error;
    const { code, message } = error;
    for (const listener of [...this.#listeners]) listener({ event: 'train-end', run: -1, error: { code, message } });
    for (const { reject, settle } of this.#waiting.values()) {
      settle();
      reject(error);
    }
    this.#waiting.clear();
  }
}
