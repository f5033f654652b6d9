// The lead's side of a training run that several workers share: it starts the others, hands out chunks of steps, and goes on
// with fewer where one fails.

import { VaeError, toVaeError } from './errors.js';
import { Exchange, Link } from './exchange.js';
import { Member } from './member.js';

/** Workers that nobody needed for so long are given up: each holds the data set. */
const IDLE_MS = 20_000;
/** A worker that stays silent for so long, and many times longer than the lead took for its own slice, is lost. */
const SILENT_SECONDS = 10;
const SILENT_STEPS = 20;
const TICK_MS = 1000;

/**
 * What a run is, for those who join it.
 * @typedef {object} Run
 * @property {import('./types.js').WasmEngine} engine the lead's
 * @property {import('./types.js').WasmSource} source
 * @property {import('./types.js').VaeSpec} spec
 * @property {import('./types.js').TrainSettings} settings
 * @property {Parameters<import('./types.js').WasmEngine['setDataset']>[0] | null} dataset
 * @property {number} workers wanted, the lead among them
 */

/** @typedef {import('./types.js').WasmEngine} WasmEngine */
/** @typedef {import('./types.js').ChunkResult} ChunkResult */

/** Workers that train one model together. The caller's own is the first of them. */
export class Team {
  /** @type {Member[]} */
  #members = [];
  /** @type {Run | null} */
  #run = null;
  /** @type {Exchange | null} */
  #exchange = null;
  /** Why the newest of the lost was lost. @type {VaeError | null} */
  #problem = null;
  /** Seconds that are left until silence means a loss. */
  #patience = SILENT_SECONDS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;
  /** Workers that are being brought together; one team after the other. @type {Promise<void>} */
  #forming = Promise.resolve();

  /**
   * @param {object} parts
   * @param {<T>(task: () => T) => Promise<T>} parts.exclusively while nobody else uses the lead's engine
   * @param {() => import('./member.js').PeerPort} parts.spawn starts another worker
   * @param {() => number} parts.now
   * @param {(workers: number, problem: VaeError | null) => void} parts.onChange how many share the run, and why they are fewer
   */
  constructor(parts) {
    this.parts = parts;
  }

  /** A run begins; workers are started with its first steps. @param {Run} run */
  begin(run) {
    this.#disband();
    this.#run = run;
  }

  /** The run is over: its engine and its data belong to nobody any more. The workers wait a while for another one. */
  finish() {
    this.#disband();
    this.#run = null;
  }

  /**
   * Resolves once the workers that the run still lacks are together. The lead's engine can be used meanwhile, except for steps of
   * the run, which begin from what the others were told.
   */
  async ready() {
    const run = this.#run;
    if (!run || run.workers === 1 || this.#exchange) return;
    clearTimeout(this.#idle);
    this.#forming = this.#forming.catch(() => {}).then(() => (this.#run === run && !this.#exchange ? this.#form(run) : undefined));
    await this.#forming.finally(() => this.#rest());
  }

  /**
   * Steps of the run, as the engine's `trainChunk` makes them alone: by all that are together, or by the lead.
   * @param {number} maxSteps
   * @returns {Promise<ChunkResult>}
   */
  async trainChunk(maxSteps) {
    const run = this.#run;
    if (!run) throw new VaeError('internal', 'a team without a run');
    clearTimeout(this.#idle);
    try {
      return this.#exchange ? await this.#chunk(run, this.#exchange, maxSteps) : await run.engine.trainChunk(maxSteps);
    } finally {
      this.#rest();
    }
  }

  /** Whoever is not needed again soon is given up. */
  #rest() {
    clearTimeout(this.#idle);
    if (this.#members.length > 0) this.#idle = setTimeout(() => this.release(), IDLE_MS);
  }

  /** Ends the other workers. They are started again when they are needed. */
  release() {
    clearTimeout(this.#idle);
    this.#disband();
    for (const { port } of this.#members) port.terminate();
    this.#members = [];
  }

  #disband() {
    this.#exchange?.close();
    this.#exchange = null;
  }

  /**
   * Brings as many workers together as can be had, with the state that the lead's run has come to.
   * @param {Run} run
   */
  async #form(run) {
    const { engine } = run;
    let problem = null;
    while (run.workers > 1) {
      problem = this.#recruit(run.workers - 1) ?? problem;
      run.workers = this.#members.length + 1;
      const { length: count } = this.#members;
      if (count === 0) break;
      const told = await this.parts.exclusively(() => (this.#run === run ? { gradients: engine.division().gradients, state: engine.teamState() } : null));
      // Ended meanwhile.
      if (!told) return;
      const { gradients, state } = told;
      const ports = channels(count + 1);
      const joined = await Promise.allSettled(this.#members.map((member, i) => member.join(this.#joining(member, run, i + 1, ports[i + 1], state, gradients))));
      const failed = joined.find((one) => one.status === 'rejected');
      // One may be lost after it has joined, while others still do.
      if (this.#run !== run) {
        for (const port of ports[0]) port?.close();
        return;
      }
      if (!failed && this.#members.length === count) {
        this.#exchange = new Exchange(0, ports[0].map((port) => port && new Link(port)), gradients);
        break;
      }
      // Those that are left form a smaller team, with connections of its own.
      problem = failed ? failed.reason : this.#problem;
      for (const port of ports[0]) port?.close();
      run.workers = this.#members.length + 1;
    }
    this.parts.onChange(run.workers, problem);
  }

  /**
   * @param {number} wanted
   * @returns {VaeError | null} why there are fewer
   */
  #recruit(wanted) {
    for (const { port } of this.#members.splice(wanted)) port.terminate();
    try {
      while (this.#members.length < wanted) this.#members.push(new Member(this.parts.spawn(), (member) => this.#lost(member)));
      return null;
    } catch (thrown) {
      return toVaeError(thrown);
    }
  }

  /**
   * @param {Member} member
   * @param {Run} run
   * @param {number} index
   * @param {(MessagePort | null)[]} ports
   * @param {Float32Array[]} state
   * @param {number} gradients
   * @returns {import('./peer.js').Joining}
   */
  #joining(member, { source, spec, settings, dataset, workers }, index, ports, state, gradients) {
    const name = JSON.stringify(spec);
    const has = member.holds.spec === name && member.holds.dataset === dataset;
    member.holds = { spec: name, dataset };
    // Room for its slices is enough.
    const batchSize = Math.ceil((settings.batchSize ?? 128) / workers);
    return { source, spec, settings: { ...settings, batchSize }, dataset: has ? null : dataset, state, index, ports, gradients };
  }

  /** @param {Member} member */
  #lost(member) {
    this.#members = this.#members.filter((other) => other !== member);
    this.#problem = member.failure;
    // Whoever waits for it stops waiting.
    this.#exchange?.close();
  }

  /**
   * @param {Run} run
   * @param {Exchange} exchange
   * @param {number} maxSteps
   * @returns {Promise<ChunkResult>}
   */
  async #chunk(run, exchange, maxSteps) {
    const { engine } = run;
    const chunk = engine.teamBegin(maxSteps);
    const { training, epoch, steps } = chunk;
    let slices = engine.takePart(training, epoch, steps, 0, exchange.links.length);
    let i = 0;
    const watch = setInterval(() => this.#tick(exchange), TICK_MS);
    try {
      for (const { port } of this.#members) port.postMessage({ op: 'chunk', chunk }, []);
      if (training) for (; i < slices.length; i++) await this.#step(engine, exchange, i, slices[i]);
      else await this.#evaluate(engine, exchange, slices);
    } catch (thrown) {
      // What this worker's own engine has to say is no fault of the others.
      if (!exchange.closed) throw thrown;
      this.#exchange = null;
      // An update follows only once all gradients are there: this step and those behind it are made alone.
      slices = engine.takePart(training, epoch, steps, 0, 1);
      for (; i < slices.length; i++) {
        engine.partLosses(i, engine.partGradients(i));
        if (training) engine.partUpdate(i);
      }
      run.workers = this.#members.length + 1;
      this.parts.onChange(run.workers, this.#problem);
    } finally {
      clearInterval(watch);
    }
    return engine.teamEnd();
  }

  /**
   * @param {WasmEngine} engine
   * @param {Exchange} exchange
   * @param {number} i
   * @param {number} slices
   */
  async #step(engine, exchange, i, slices) {
    const began = this.parts.now();
    const share = engine.partGradients(i);
    this.#patient(this.parts.now() - began);
    const shares = await exchange.reduce(engine, share, slices);
    engine.partLosses(i, shares);
    engine.partUpdate(i);
  }

  /**
   * @param {WasmEngine} engine
   * @param {Exchange} exchange
   * @param {Uint32Array} slices of each batch
   */
  async #evaluate(engine, exchange, slices) {
    const began = this.parts.now();
    /** @type {Float32Array[]} */
    const mine = [];
    for (let i = 0; i < slices.length; i++) mine.push(engine.partGradients(i));
    this.#patient(this.parts.now() - began);
    /** @type {Float32Array[]} */
    const theirs = [];
    for (const worker of exchange.others()) theirs.push((await exchange.link(worker).receive()).share);
    const at = theirs.map(() => 0);
    mine.forEach((share, i) => {
      const shares = [...share];
      for (let w = 0; w + 1 < slices[i]; w++) shares.push(...theirs[w].subarray(at[w], (at[w] += share.length)));
      engine.partLosses(i, Float32Array.from(shares));
    });
  }

  /**
   * Others are waited for, but not for ever.
   * @param {number} own ms that the lead's own share of the work took
   */
  #patient(own) {
    this.#patience = Math.ceil(SILENT_SECONDS + (SILENT_STEPS * own) / 1000);
  }

  /** Counted rather than read off a clock, which goes on while a computer sleeps. @param {Exchange} exchange */
  #tick(exchange) {
    if (--this.#patience > 0) return;
    const silent = this.#members.filter((_, i) => exchange.silent.includes(i + 1));
    for (const member of silent) member.fail(new VaeError('internal', 'it fell silent'));
  }
}

/**
 * A connection between each two of `count` workers.
 * @param {number} count
 * @returns {(MessagePort | null)[][]} each worker's ends, null at its own place
 */
function channels(count) {
  /** @type {(MessagePort | null)[][]} */
  const ends = Array.from({ length: count }, () => Array.from({ length: count }, () => null));
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const { port1, port2 } = new MessageChannel();
      ends[a][b] = port1;
      ends[b][a] = port2;
    }
  }
  return ends;
}
