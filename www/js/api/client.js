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

/** Looks at the worker this often, while it owes an answer. */
const LOOK_MS = 5_000;
/** After so many looks without a word it is asked for one, and after so many it is given up: few tasks are nearly as long. */
const ASKED = 3;
const GIVEN_UP = 6;
/** What is computed in one piece may take longer: an image or a draw of it a slow phone 50 ms, a step of a profile 5 s. */
const ROWS_PER_LOOK = 100;
/** A worker that fails more often than so within a minute would fail again. */
const MOST_FAILURES = 3;
const MINUTE_MS = 60_000;

/** Who waits for an answer.
 * @typedef {{ op: string, looks: number, resolve: (value: any) => void, reject: (error: VaeError) => void, settle: () => void, onProgress?: (loaded: number, total: number | null) => void }} Waiting */

/** Sends requests to one worker and pairs the replies. Where the worker fails, another can take its place. */
export class Client {
  #nextId = 1;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** @type {Set<(message: import('./protocol.js').EventMessage) => void>} */
  #listeners = new Set();
  /** @type {VaeError | null} */
  #closed = null;
  /** The last model whose coming was told: what is asked is asked of it. */
  #seen = 0;

  /** How another worker is started, and how it becomes what the one before was.
   * @type {{ start: () => Port, restore: (request: Client['request'], problem: string) => Promise<void> } | null} */
  #other = null;
  /** Requests wait for it. @type {Promise<void> | null} */
  #restoring = null;
  /** When workers failed, in milliseconds. @type {number[]} */
  #failures = [];
  #silence = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #looks;

  /** @param {Port} port */
  constructor(port) {
    this.port = port;
    this.#connect(port);
  }

  /**
   * From now on, a worker that fails is followed by another. What waits for an answer then is refused as `internal` with
   * `details.at` being `worker`; what is asked later waits until the other one is ready.
   * @param {() => Port} start
   * @param {(request: Client['request'], problem: string) => Promise<void>} restore sends the new worker what it needs, by its argument;
   *   `problem` is what became of the one before
   */
  follow(start, restore) {
    this.#other = { start, restore };
    this.#looks = setInterval(() => this.#look(), LOOK_MS);
    // In Node.js it must not keep a script from ending.
    /** @type {{ unref?: () => void }} */ (this.#looks).unref?.();
  }

  /** @param {Port} port */
  #connect(port) {
    this.port = port;
    port.onmessage = ({ data }) => this.#receive(data);
    port.onerror = (event) => this.#fail(event.message ?? 'it could not start');
  }

  /** Whether the worker still answers. */
  #look() {
    if (this.#waiting.size === 0) return void (this.#silence = 0);
    const patience = Math.max(...[...this.#waiting.values()].map(({ looks }) => looks));
    this.#silence += 1;
    // Answered whatever else is under way, but not from within an endless loop.
    if (this.#silence === ASKED) this.port.postMessage({ id: 0, op: 'cancel', args: { id: 0 }, seen: this.#seen }, []);
    if (this.#silence >= patience) this.#fail(`no answer for ${(this.#silence * LOOK_MS) / 1000} s`);
  }

  /** @param {string} problem */
  #fail(problem) {
    if (this.#closed) return;
    const now = Date.now();
    this.#failures = [...this.#failures.filter((when) => now - when < MINUTE_MS), now];
    const message = `the worker failed: ${problem}`;
    if (!this.#other || this.#restoring || this.#failures.length > MOST_FAILURES) return this.#close(new VaeError('internal', message));
    const { start, restore } = this.#other;
    this.port.onmessage = null;
    this.port.onerror = null;
    this.port.terminate();
    this.#seen = 0;
    this.#silence = 0;
    const waiting = this.#take();
    this.#connect(start());
    this.#restoring = restore((...asked) => this.#send(...asked), problem).then(
      () => {
        this.#restoring = null;
        this.#tell({ event: 'restart', problem });
      },
      (thrown) => this.#close(new VaeError('internal', `${message}; another one could not take its place: ${String(thrown)}`)),
    );
    this.#refuse(new VaeError('internal', message, { details: { at: 'worker' } }), waiting);
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
  request(op, args, options = {}) {
    return this.#restoring ? this.#restoring.then(() => this.#send(op, args, options)) : this.#send(op, args, options);
  }

  /** @type {Client['request']} */
  #send(op, args, { transfer = false, onProgress, signal } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      if (signal?.aborted) return reject(new VaeError('aborted', `${op} was aborted`));
      const id = this.#nextId++;
      // Before its buffers are handed over.
      const looks = GIVEN_UP + looksFor(args);
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
      this.#waiting.set(id, { op, looks, resolve, reject, settle, onProgress });
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
    this.#silence = 0;
    if ('event' in message) {
      if (message.event === 'failed') return this.#fail(message.problem);
      if (message.event === 'progress') this.#waiting.get(message.id)?.onProgress?.(message.loaded, message.total);
      this.#tell(message);
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
    clearInterval(this.#looks);
    this.#refuse(error, this.#take());
  }

  /** Whatever waits, which nobody answers any more. */
  #take() {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    return waiting;
  }

  /**
   * Whatever waited ends, and every run.
   * @param {VaeError} error
   * @param {Waiting[]} waiting
   */
  #refuse(error, waiting) {
    const { code, message, details } = error;
    this.#tell({ event: 'train-end', run: -1, error: { code, message, details } });
    for (const { reject, settle } of waiting) {
      settle();
      reject(error);
    }
  }

  /** @param {import('./protocol.js').EventMessage} message */
  #tell(message) {
    for (const listener of [...this.#listeners]) listener(message);
  }
}

/**
 * Looks that a request may take beyond the usual, by what it asks for.
 * @param {unknown} args
 * @returns {number}
 */
function looksFor(args) {
  const { images, n = 0, samples = 1, steps = 0 } = /** @type {{ images?: unknown, n?: number, samples?: number, steps?: number }} */ (args ?? {});
  const rows = n + (images instanceof Float32Array ? (images.length / 784) * samples : 0);
  return steps + Math.ceil(rows / ROWS_PER_LOOK);
}
