// Training runs in one worker, one after the other: which engine makes the steps, how many workers share them, and what the page
// hears of the backend meanwhile.

import { VaeError } from './errors.js';
import { KnownRaces } from './known-races.js';
import { unpackError } from './protocol.js';
import { TrainingSession } from './session.js';
import { isTheEnd } from './trouble.js';
import { Team } from './team.js';
import { mostWorkers, teamSize } from './team-size.js';

/** A CPU chunk holds the engine about so long, and so long may a request wait; longer only while workers are brought together. */
const CPU_CHUNK_MS = 25;
/** One to two frames: long enough to hide submission, short enough that the page, which shares the GPU, stays smooth. */
const GPU_CHUNK_MS = 24;

/** @typedef {import('./types.js').WasmEngine} WasmEngine */
/** @typedef {import('./types.js').BackendInfo} BackendInfo */

/** The run under way, if there is one. */
export class Runs {
  /** @type {TrainingSession | null} */
  #session = null;
  #runs = 0;
  #team;
  #known;
  /** @type {number | 'auto'} */
  #wanted = 1;
  /** @type {import('./types.js').WasmSource} */
  #source = {};
  /** Workers that share a run, as planned or as they are; no more where some could not be had. */
  #workers = 1;
  #most = Infinity;
  #problem = '';
  /** Why it is the CPU, where that is not the engine's own choice. @type {Pick<BackendInfo, 'reason' | 'reasonCode'> | null} */
  #withoutGpu = null;
  /** Where the engine computes. @type {BackendInfo['kind']} */
  #kind = 'cpu';
  /** What the page was told last. */
  #told = '';

  /**
   * @param {object} parts
   * @param {import('./lock.js').Lock} parts.lock
   * @param {(message: import('./protocol.js').EventMessage) => void} parts.post
   * @param {() => Promise<void>} parts.giveWay
   * @param {() => number} parts.now
   * @param {() => import('./member.js').PeerPort} parts.spawn
   * @param {() => Pick<import('./types.js').WasmModule, 'version' | 'races' | 'knowRace'>} parts.module
   * @param {number} [parts.cores]
   * @param {string} [parts.place] where it runs and why, if not in a worker
   * @param {boolean} [parts.gpu] whether a GPU may be looked for; true
   */
  constructor(parts) {
    this.parts = parts;
    const { lock, spawn, now } = parts;
    this.#known = new KnownRaces();
    this.#team = new Team({
      spawn, now,
      exclusively: (task) => lock.run(task),
      onChange: (workers, problem) => {
        this.#workers = workers;
        if (!problem) return;
        this.#most = workers;
        this.#problem = problem.message;
      },
    });
  }

  /**
   * How many workers runs are shared by from now on, and where those take the engine from.
   * @param {number | 'auto'} workers
   * @param {import('./types.js').WasmSource} source
   */
  share(workers, source) {
    this.#wanted = workers;
    this.#source = source;
    this.#most = Infinity;
    this.#problem = '';
    this.#workers = this.#limit;
  }

  /** Where the engine computes, as far as is known without asking it: it may be busy. */
  get kind() {
    return this.#kind;
  }

  get #limit() {
    const { cores = globalThis.navigator?.hardwareConcurrency ?? 1 } = this.parts;
    if (this.parts.place) return 1;
    return Math.min(this.#most, this.#wanted === 'auto' ? mostWorkers(cores) : this.#wanted);
  }

  /**
   * @param {WasmEngine} engine
   * @returns {BackendInfo} with the workers that share training
   */
  backend(engine) {
    const backend = this.#described(engine.backend());
    this.#told = JSON.stringify(backend);
    return backend;
  }

  /**
   * @param {import('./types.js').BackendRequest} backend that was asked for
   * @param {string} [failed] what a GPU failed at
   * @returns {import('./types.js').BackendRequest} what the engine is asked for: where no GPU may be looked for, the CPU
   * @throws {VaeError} `unsupported` for WebGPU where there is none
   */
  possible(backend, failed) {
    const { gpu = true } = this.parts;
    this.#withoutGpu = null;
    if (backend === 'cpu') return backend;
    if (failed !== undefined) this.#withoutGpu = { reason: `the GPU failed (${failed})`, reasonCode: 'gpu-failed' };
    else if (!gpu) this.#withoutGpu = { reason: 'there is no WebGPU here', reasonCode: 'no-adapter' };
    if (failed === undefined && !gpu && backend === 'webgpu') throw new VaeError('unsupported', 'there is no WebGPU here');
    return this.#withoutGpu ? 'cpu' : backend;
  }

  /** @param {BackendInfo} told @returns {BackendInfo} */
  #described(told) {
    const { place } = this.parts;
    this.#kind = told.kind;
    const { reason, reasonCode } = this.#withoutGpu ?? told;
    const own = { ...told, reasonCode, reason: place ? `${reason}; ${place}` : reason };
    if (own.kind !== 'cpu') return own;
    const fewer = this.#problem && `; training has ${this.#workers} workers, another one failed: ${this.#problem}`;
    return { ...own, workers: this.#workers, reason: own.reason + fewer };
  }

  /**
   * @param {WasmEngine} engine
   * @param {Parameters<WasmEngine['setDataset']>[0] | null} dataset
   * @param {import('./types.js').TrainSettings} settings
   * @param {boolean} paused
   * @returns {Promise<number>} the run's number
   */
  async start(engine, dataset, settings, paused) {
    const run = ++this.#runs;
    const { lock, giveWay, now } = this.parts;
    /** @param {import('./protocol.js').EventMessage} message */
    const post = (message) => {
      if (message.event === 'train-end') this.#over(session);
      const error = message.event === 'train-end' ? message.error : null;
      // After a lost device the engine goes on on the CPU by itself.
      const end = error && error.code !== 'device-lost' && isTheEnd(unpackError(error), 'train', this.#kind);
      this.parts.post(end ? { event: 'failed', problem: error.message } : message);
    };
    const session = new TrainingSession({
      engine: {
        trainStart: async (all) => {
          await this.#settle(engine, all);
          engine.trainStart(all);
          this.#gather(engine, dataset, all);
        },
        ready: () => this.#team.ready(),
        trainChunk: (maxSteps) => this.#team.trainChunk(maxSteps).finally(() => this.#report(engine)),
        trainFlush: () => engine.trainFlush(),
        trainStop: () => engine.trainStop(),
      },
      lock, post, giveWay, now, run,
      targetMs: engine.backend().kind === 'webgpu' ? GPU_CHUNK_MS : CPU_CHUNK_MS,
    });
    // Whoever stops it while it is still starting must find it.
    this.#session = session;
    await session.start(settings, paused);
    return run;
  }

  /** What a run holds is let go with it. @param {TrainingSession} session */
  #over(session) {
    if (this.#session !== session) return;
    this.#session = null;
    this.#team.finish();
  }

  /**
   * The faster backend goes on; what an earlier visit found out is not measured again.
   * @param {WasmEngine} engine
   * @param {import('./types.js').TrainSettings} settings
   */
  async #settle(engine, settings) {
    const { reasonCode, simd } = engine.backend();
    const open = reasonCode === 'hardware-adapter' || reasonCode === 'faster-gpu' || reasonCode === 'faster-cpu';
    const races = open ? this.parts.module() : null;
    if (races) await this.#known.recall(races, simd);
    await engine.settle(settings, this.#expected(engine, settings));
    this.#kind = engine.backend().kind;
    if (races) await this.#known.keep(races, simd);
  }

  /**
   * Workers that would share a run on the CPU, before there is one: a dense network multiplies about six times for each
   * parameter and image.
   * @param {WasmEngine} engine
   * @param {import('./types.js').TrainSettings} settings
   */
  #expected(engine, { batchSize = 128, freeBits = 0 }) {
    const gradients = engine.parameterCount();
    return teamSize({ divisible: freeBits === 0, gradients, flops: 6 * gradients * batchSize }, this.#limit);
  }

  /**
   * @param {WasmEngine} engine whose run has begun
   * @param {Parameters<WasmEngine['setDataset']>[0] | null} dataset
   * @param {import('./types.js').TrainSettings} settings
   */
  #gather(engine, dataset, settings) {
    const division = engine.division();
    const most = division.divisible ? this.#limit : 1;
    const workers = dataset === null ? 1 : this.#wanted === 'auto' ? teamSize(division, most) : most;
    this.#workers = workers;
    // The very build that the lead runs: workers that multiply otherwise would drift apart.
    const simd = /** @type {import('./types.js').SimdBuild} */ (engine.backend().simd);
    this.#team.begin({ engine, source: { ...this.#source, simd }, spec: engine.spec(), settings, dataset, workers });
  }

  async pause() {
    await this.#session?.pause();
  }

  async resume() {
    await this.#session?.resume();
  }

  async step() {
    await this.#session?.step();
  }

  async stop() {
    await this.#session?.stop();
  }

  /**
   * A lost device moves a running training elsewhere, and workers may fail; the page must hear of it.
   * @param {WasmEngine} engine held by the caller
   */
  #report(engine) {
    const backend = this.#described(engine.backend());
    if (JSON.stringify(backend) === this.#told) return;
    this.#told = JSON.stringify(backend);
    this.parts.post({ event: 'backend', backend });
  }
}
