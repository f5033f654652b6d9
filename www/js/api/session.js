// The training loop: pulls chunks from an engine, sized by measured time, and reports through an injected `post`.
// It does not know that it runs in a worker. Not pulling is pause.

import { packError } from './protocol.js';

/** Shortest time between two metrics messages: one frame. */
const FRAME_MS = 16;
/** Steps per second are measured over this time. */
const RATE_WINDOW_MS = 2000;
/** Over less time than this, a chunk that was held up would pass for slowness. */
const LEAST_RATE_MS = 300;

/**
 * How many steps fit into the wanted time, learnt from the chunks so far. One for training, one for evaluation.
 */
export class ChunkSizer {
  #msPerStep = 0;
  #last = 1;

  /** @param {number} targetMs */
  constructor(targetMs) {
    this.targetMs = targetMs;
  }

  /** @returns {number} at most twice the last chunk: a first cheap measurement must not buy a long freeze */
  size() {
    if (this.#msPerStep === 0) return 1;
    return Math.max(1, Math.min(Math.floor(this.targetMs / this.#msPerStep), this.#last * 2));
  }

  /**
   * @param {number} steps
   * @param {number} ms
   */
  measured(steps, ms) {
    const fresh = Math.max(ms / steps, 1e-3);
    this.#msPerStep = this.#msPerStep === 0 ? fresh : 0.7 * this.#msPerStep + 0.3 * fresh;
    this.#last = steps;
  }
}

/** Steps per second over the last two seconds of stepping. */
export class RateMeter {
  /** @type {{ time: number, steps: number }[]} */
  #chunks = [];
  #steps = 0;

  /**
   * @param {number} time ms at the end of the chunk
   * @param {number} steps
   */
  add(time, steps) {
    this.#chunks.push({ time, steps });
    this.#steps += steps;
    while (this.#chunks.length > 2 && this.#chunks[0].time < time - RATE_WINDOW_MS) {
      this.#steps -= /** @type {{ steps: number }} */ (this.#chunks.shift()).steps;
    }
  }

  /** A pause or an evaluation is not slowness: measuring starts afresh behind it. */
  restart() {
    this.#chunks = [];
    this.#steps = 0;
  }

  /** @returns {number} 0 until there is enough to tell */
  get perSecond() {
    if (this.#chunks.length < 2) return 0;
    const first = this.#chunks[0];
    const last = this.#chunks[this.#chunks.length - 1];
    if (last.time - first.time < LEAST_RATE_MS) return 0;
    return ((this.#steps - first.steps) * 1000) / Math.max(last.time - first.time, 1e-3);
  }
}

/**
 * @typedef {object} SessionParts
 * @property {Pick<import('./types.js').WasmEngine, 'trainStart' | 'trainChunk' | 'trainFlush' | 'trainStop'> & { ready?: () => Promise<void> }} engine
 *   `ready` is what must be waited for before a chunk, while others use the engine
 * @property {import('./lock.js').Lock} lock what inference takes too, so it is served between chunks
 * @property {(message: import('./protocol.js').TrainMessage | import('./protocol.js').TrainEndMessage) => void} post
 * @property {() => Promise<void>} giveWay lets waiting messages be heard between chunks
 * @property {() => number} now
 * @property {number} targetMs how long one chunk should take
 * @property {number} run the number that every message carries
 */

/** One training run, from trainStart to its end. */
export class TrainingSession {
  /** @type {'paused' | 'running' | 'ended'} */
  #state = 'paused';
  #looping = false;
  /** @type {import('./types.js').ChunkResult['phase']} */
  #phase = 'training';
  #rate = new RateMeter();
  #stepsPerSecond = 0;
  #stepsInEpoch = 0;
  #lastPost = -Infinity;
  /** @type {import('./types.js').StepMetrics[]} */
  #unsent = [];

  /** @param {SessionParts} parts */
  constructor(parts) {
    this.parts = parts;
    this.sizers = { training: new ChunkSizer(parts.targetMs), evaluating: new ChunkSizer(parts.targetMs) };
  }

  get ended() {
    return this.#state === 'ended';
  }

  /**
   * @param {import('./types.js').TrainSettings} settings
   * @param {boolean} paused
   */
  async start(settings, paused) {
    await this.parts.lock.run(() => this.parts.engine.trainStart(settings));
    if (!paused) this.resume();
  }

  resume() {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#rate.restart();
    if (!this.#looping) void this.#loop();
  }

  /** Resolves when no further step will be taken. */
  async pause() {
    if (this.#state === 'running') this.#state = 'paused';
    await this.#settled();
  }

  /** Takes exactly one optimiser step; pauses first where needed. */
  async step() {
    await this.pause();
    try {
      for (let taken = 0; taken === 0 && this.#state === 'paused'; ) taken = await this.#pull(1);
      this.#flush();
    } catch (thrown) {
      this.#end(packError(thrown));
    }
  }

  /** Ends the run and keeps the parameters. */
  async stop() {
    if (this.#state === 'ended') return;
    await this.pause();
    if (this.ended) return;
    await this.parts.lock.run(() => this.parts.engine.trainStop());
    this.#end(null);
  }

  /** Waits for the chunk under way, and for the losses of steps that a GPU has not handed back yet. */
  async #settled() {
    const { engine, lock } = this.parts;
    try {
      const result = await lock.run(() => (this.#state === 'paused' ? engine.trainFlush() : null));
      if (!result) return;
      this.#unsent.push(...result.steps);
      this.#flush();
    } catch (thrown) {
      this.#end(packError(thrown));
    }
  }

  async #loop() {
    this.#looping = true;
    try {
      while (this.#state === 'running') {
        const sizer = this.sizers[this.#phase === 'evaluating' ? 'evaluating' : 'training'];
        await this.#pull(sizer.size());
        if (this.parts.now() - this.#lastPost >= FRAME_MS) this.#flush();
        await this.parts.giveWay();
      }
    } catch (thrown) {
      this.#end(packError(thrown));
    } finally {
      this.#looping = false;
      // Paused and resumed while the last chunk was under way.
      if (this.#state === 'running') void this.#loop();
    }
  }

  /**
   * @param {number} maxSteps
   * @returns {Promise<number>} optimiser steps taken
   */
  async #pull(maxSteps) {
    const { engine, lock, now } = this.parts;
    const [before, wanted] = [this.#phase, this.#state];
    await engine.ready?.();
    let began = 0;
    const result = await lock.run(() => {
      // Paused, resumed or ended while it waited.
      if (this.#state !== wanted) return null;
      began = now();
      return engine.trainChunk(maxSteps);
    });
    if (!result) return 0;
    const ended = now();
    if (before === 'evaluating') {
      if (result.phase === 'evaluating') this.sizers.evaluating.measured(maxSteps, ended - began);
      this.#rate.restart();
    } else if (result.steps.length > 0) {
      this.sizers.training.measured(result.steps.length, ended - began);
      this.#rate.add(ended, result.steps.length);
      this.#stepsPerSecond = this.#rate.perSecond || this.#stepsPerSecond;
    }
    this.#phase = result.phase;
    this.#stepsInEpoch = result.stepsInEpoch;
    for (const step of result.steps) this.#unsent.push(step);
    if (result.test) this.#flush(result.test);
    if (result.phase === 'done') this.#end(null);
    return result.steps.length;
  }

  /** @param {import('./types.js').EpochMetrics} [test] */
  #flush(test) {
    if (this.#unsent.length === 0 && !test && this.#state === 'running') return;
    this.#lastPost = this.parts.now();
    this.parts.post({
      event: 'train',
      run: this.parts.run,
      steps: this.#unsent,
      test,
      phase: this.#phase,
      paused: this.#state === 'paused',
      stepsPerSecond: this.#stepsPerSecond,
      stepsInEpoch: this.#stepsInEpoch,
    });
    this.#unsent = [];
  }

  /** @param {import('./protocol.js').WireError | null} error */
  #end(error) {
    if (this.#state === 'ended') return;
    this.#flush();
    this.#state = 'ended';
    this.parts.post({ event: 'train-end', run: this.parts.run, error });
  }
}
