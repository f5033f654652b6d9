// A training run as the caller sees it: an async iterator of steps that can be paused, stepped and stopped.

import { VaeError } from './errors.js';
import { unpackError } from './protocol.js';

/** A consumer this many events behind makes the worker wait. */
const HIGH_WATER = 2048;
const LOW_WATER = 256;

/**
 * One optimiser step; the last of an epoch also carries the epoch's mean and the held-out losses.
 * @typedef {import('./types.js').StepMetrics & { stepsPerSecond: number, stepsInEpoch: number,
 *   train?: import('./types.js').Losses, test?: import('./types.js').Losses }} TrainEvent
 */

/** @implements {AsyncIterableIterator<TrainEvent>} */
export class TrainRun {
  /** @type {TrainEvent[]} */
  #events = [];
  /** The last step of an epoch waits here for the held-out losses. @type {TrainEvent | null} */
  #held = null;
  /** @type {TrainEvent | null} */
  #latest = null;
  /** @type {(() => void) | null} */
  #wake = null;
  /** @type {VaeError | null} */
  #error = null;
  #ended = false;
  #paused = false;
  #throttled = false;
  /** Settles when the worker has taken the run; its number, or -1 where it was refused. @type {Promise<number>} */
  #run;

  /**
   * @param {import('./client.js').Client} client
   * @param {() => Promise<void>} prepare what must be there first: the dataset
   * @param {import('./types.js').TrainSettings} settings
   * @param {{ paused?: boolean, signal?: AbortSignal }} options
   */
  constructor(client, prepare, settings, { paused = false, signal } = {}) {
    this.client = client;
    this.#paused = paused;
    /** @type {import('./protocol.js').EventMessage[]} */
    const early = [];
    let number = 0;
    const unlisten = client.listen((message) => {
      // Messages of the run may overtake the reply that carries its number.
      if (number === 0) early.push(message);
      else this.#receive(message, number);
      if (this.#ended) unlisten();
    });
    const abort = () => {
      if (this.#ended) return;
      this.#finish(new VaeError('aborted', 'the training was aborted'));
      void this.#halt().catch(() => {});
    };
    this.#run = (async () => {
      try {
        signal?.throwIfAborted();
        signal?.addEventListener('abort', abort, { once: true });
        await prepare();
        if (this.#ended) return -1;
        number = await client.request('train', { settings, paused: this.#paused });
        for (const message of early.splice(0)) this.#receive(message, number);
      } catch (thrown) {
        number = -1;
        const aborted = signal?.aborted ? new VaeError('aborted', 'the training was aborted') : thrown;
        this.#finish(/** @type {VaeError} */ (aborted));
        unlisten();
      }
      return number;
    })();
  }

  /** Whether the run is over; its weights stay. */
  get ended() {
    return this.#ended;
  }

  get paused() {
    return this.#paused;
  }

  /** Resolves when no further step is taken. A resumed run goes on with the same permutation. */
  async pause() {
    this.#paused = true;
    if ((await this.#run) > 0 && !this.#ended) await this.client.request('pause', {});
  }

  async resume() {
    this.#paused = false;
    if ((await this.#run) > 0 && !this.#ended) await this.client.request('resume', {});
  }

  /** Takes exactly one optimiser step and stays paused. */
  async step() {
    this.#paused = true;
    if ((await this.#run) > 0 && !this.#ended) await this.client.request('step', {});
  }

  /** Ends the run and keeps the weights. */
  async stop() {
    // Once it is over, the worker may have another run, which is not ours to stop.
    if (!this.#ended) await this.#halt();
    this.#finish(null);
  }

  async #halt() {
    if ((await this.#run) > 0) await this.client.request('stop', {});
  }

  /** @returns {Promise<IteratorResult<TrainEvent, void>>} */
  async next() {
    while (true) {
      const event = this.#events.shift();
      if (event) {
        if (this.#throttled && this.#events.length < LOW_WATER) this.#throttle(false);
        return { done: false, value: event };
      }
      if (this.#error) {
        const error = this.#error;
        this.#error = null;
        throw error;
      }
      if (this.#ended) return { done: true, value: undefined };
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
  }

  /** Leaving a `for await` loop ends the run. @returns {Promise<IteratorResult<TrainEvent, void>>} */
  async return() {
    this.#events = [];
    await this.stop();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /**
   * @param {import('./protocol.js').EventMessage} message
   * @param {number} run
   */
  #receive(message, run) {
    if (message.event === 'train' && message.run === run) this.#take(message);
    else if (message.event === 'train-end' && (message.run === run || message.run === -1)) {
      this.#finish(message.error && unpackError(message.error));
    }
  }

  /** @param {import('./protocol.js').TrainMessage} message */
  #take({ steps, test, phase, paused, stepsPerSecond, stepsInEpoch }) {
    for (const step of steps) {
      this.#release();
      this.#latest = { ...step, stepsPerSecond, stepsInEpoch };
      this.#held = this.#latest;
    }
    if (test && this.#latest) {
      this.#held ??= { ...this.#latest };
      this.#held.train = test.train;
      this.#held.test = test.test;
    }
    if (test || paused || phase !== 'evaluating') this.#release();
    if (this.#events.length > HIGH_WATER && !this.#throttled) this.#throttle(true);
  }

  #release() {
    if (!this.#held) return;
    this.#events.push(this.#held);
    this.#held = null;
    this.#wake?.();
  }

  /** @param {boolean} on */
  #throttle(on) {
    this.#throttled = on;
    if (!this.#paused) void this.client.request(on ? 'pause' : 'resume', {}).catch(() => {});
  }

  /** @param {VaeError | null} error */
  #finish(error) {
    if (this.#ended) return;
    this.#release();
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }
}
