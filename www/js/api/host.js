// What the worker does for each request: it owns the engine, its dataset and the training session.

import { Downloads } from './downloads.js';
import { fetchWeights } from './fetch-weights.js';
import { Lock } from './lock.js';
import { VaeError } from './errors.js';
import { Measuring } from './measuring.js';
import { loadMnist } from './mnist.js';
import { inBytes } from './pixels.js';
import { Portions } from './portions.js';
import { OF_ONE_MODEL, packError, transferables } from './protocol.js';
import { Remembering } from './remembering.js';
import { Runs } from './runs.js';
import { isTheEnd } from './trouble.js';

/** @typedef {import('./protocol.js').Operations} Operations */

/** Serves requests, one engine at a time. */
export class EngineHost {
  /** @type {import('./types.js').WasmModule | null} */
  #wasm = null;
  /** Where it came from, for workers that share a run. @type {import('./types.js').WasmSource} */
  #source = {};
  /** @type {import('./types.js').WasmEngine | null} */
  #engine = null;
  #lock;
  #runs;
  /** Kept to hand to the next engine when the model changes. @type {Parameters<import('./types.js').WasmEngine['setDataset']>[0] | null} */
  #dataset = null;
  /** Grows whenever the weights are replaced. */
  #model = 0;
  #disposed = false;
  /** Models so far. */
  #made = 0;
  #measuring;
  #remembering;
  #portions;

  /**
   * @param {object} parts
   * @param {(from: import('./types.js').WasmSource, onProgress: import('./builds.js').OnProgress) => Promise<import('./types.js').WasmModule>} parts.loadWasm
   * @param {(message: import('./protocol.js').Reply | import('./protocol.js').EventMessage, transfer: ArrayBuffer[]) => void} parts.post
   * @param {() => Promise<void>} parts.giveWay
   * @param {() => number} parts.now
   * @param {() => import('./member.js').PeerPort} parts.spawn starts another worker
   * @param {string} [parts.place] where it runs and why, if not in a worker
   * @param {boolean} [parts.gpu] whether a GPU may be looked for; true
   */
  constructor(parts) {
    this.parts = parts;
    const { giveWay, now, post, spawn, place, gpu } = parts;
    this.#lock = new Lock(giveWay);
    this.#runs = new Runs({ lock: this.#lock, post: (message) => post(message, []), giveWay, now, spawn, place, gpu, module: () => this.#module() });
    /** @type {import('./measuring.js').MeasuringParts} */
    const shared = {
      use: (task, kind) => this.#use(task, kind),
      model: () => this.#model,
      progress: (id, loaded, total) => this.#progress(id, loaded, total),
      giveWay, now,
    };
    this.#measuring = new Measuring(shared);
    this.#portions = new Portions(shared);
    this.#remembering = new Remembering({ use: shared.use, portions: this.#portions });
    /** @type {{ [O in keyof Operations]: (args: Operations[O]['args'], id: number) => Promise<Operations[O]['value']> }} */
    this.operations = {
      create: (args, id) => this.#create(args, id),
      encode: (args) => this.#portions.encode(args),
      decode: (args) => this.#portions.decode(args),
      reconstruct: ({ images, sample, seed, labels }) => this.#use((engine) => engine.reconstruct(images, sample, seed, labels)),
      sample: ({ n, seed, temperature, labels }) => this.#use((engine) => engine.sample(n, seed, temperature, labels)),
      elbo: ({ images, samples, seed, labels }) => this.#use((engine) => engine.elbo(images, samples, seed, labels)),
      latentGradient: ({ z, images, mask, labels }) => this.#use((engine) => engine.latentGradient(z, images, mask, labels)),
      inputGradient: ({ images, dmu, dlogvar, labels }) => this.#use((engine) => engine.inputGradient(images, dmu, dlogvar, labels)),
      layers: () => this.#use((engine) => engine.layers()),
      tensor: ({ name }) => this.#use((engine) => engine.tensor(name)),
      encoderLayers: ({ images, labels }) => this.#use((engine) => engine.encoderLayers(images, labels)),
      decoderLayers: ({ z, labels }) => this.#use((engine) => engine.decoderLayers(z, labels)),
      logLikelihood: (args, id) => this.#measuring.logLikelihood(args, id),
      latentUse: ({ mu, logvar }) => this.#use((engine) => engine.latentUse(mu, logvar)),
      latentPca: ({ mu, components }) => this.#use((engine) => engine.latentPca(mu, components)),
      knnAccuracy: (args, id) => this.#measuring.knnAccuracy(args, id),
      imageQuality: (args, id) => this.#measuring.imageQuality(args, id),
      logLikelihood2d: (args, id) => this.#measuring.logLikelihood2d(args, id),
      remember: (args) => this.#remembering.remember(args),
      forget: async ({ set }) => this.#remembering.forget(set),
      encodeRemembered: (args) => this.#remembering.encodeRemembered(args),
      decodeBytes: (args) => this.#remembering.decodeBytes(args),
      cancel: async ({ id }) => this.#measuring.cancel(id),
      interpret: (drawing) => this.#interpret(drawing),
      setDataset: ({ dataset }) => this.#setDataset(dataset),
      loadMnist: ({ baseUrl }, id) => this.#loadMnist(baseUrl, id),
      profile: ({ settings, steps }) => this.#use((engine) => engine.profile(settings, steps)),
      train: ({ settings, paused }) => this.#train(settings, paused),
      pause: async () => this.#runs.pause(),
      resume: async () => this.#runs.resume(),
      step: async () => this.#runs.step(),
      stop: async () => this.#runs.stop(),
      setHyperparameters: (changes) => this.#use((engine) => engine.setHyperparameters(changes)),
      save: () => this.#use((engine) => engine.save()),
      parameters: () => this.#use((engine) => engine.parameters()),
      setParameters: ({ values }) => this.#setParameters(values),
      describe: async ({ spec }) => this.#module().describe(spec),
      checkSettings: async ({ settings }) => this.#module().checkSettings(settings),
      checkCheckpoint: async ({ bytes }) => this.#module().checkCheckpoint(bytes),
      load: ({ bytes }) => this.#load(bytes),
      reset: (how) => this.#reset(how),
    };
  }

  /** @param {import('./protocol.js').Request} request */
  async handle({ id, op, args, seen }) {
    try {
      const run = /** @type {(args: unknown, id: number) => Promise<unknown>} */ (this.operations[op]);
      if (!run) throw new VaeError('invalid-argument', `unknown operation ${String(op)}`);
      const value = await run(args, id);
      this.parts.post({ id, ok: true, value }, transferables(value));
    } catch (thrown) {
      const error = packError(thrown);
      // Its sender is answered by the one who hears of this, as is everyone else who waits.
      if (isTheEnd(thrown, op, this.#runs.kind)) return this.parts.post({ event: 'failed', problem: error.message }, []);
      // Asked of another model, whose codes had another length.
      const late = seen < this.#made && error.code === 'invalid-argument' && OF_ONE_MODEL.includes(op);
      this.parts.post({ id, ok: false, error: late ? { code: 'aborted', message: `the model was replaced: ${error.message}` } : error }, []);
    }
  }

  /** Gives the engine back; whatever is asked for later is refused. */
  async dispose() {
    this.#disposed = true;
    await this.#runs.stop().catch(() => {});
    await this.#lock.run(() => {
      this.#engine?.free();
      this.#engine = null;
      this.#dataset = null;
    }, 'barrier');
  }

  /**
   * @template T
   * @param {(engine: import('./types.js').WasmEngine) => T | Promise<T>} task
   * @param {import('./lock.js').TaskKind} [kind]
   * @returns {Promise<T>}
   */
  #use(task, kind) {
    return this.#lock.run(() => {
      if (!this.#engine) throw new VaeError('disposed', 'there is no engine: create has not succeeded');
      return task(this.#engine);
    }, kind);
  }

  #module() {
    if (!this.#wasm) throw new VaeError('disposed', 'there is no engine: create has not succeeded');
    return this.#wasm;
  }

  /**
   * @param {Operations['create']['args']} args
   * @param {number} id
   * @returns {Promise<import('./protocol.js').ModelInfo>}
   */
  async #create({ wasmUrl, shadersUrl, compiled, simd, model, backend: asked, seed, initialisation, workers, checkpoint, gpuFailed }, id) {
    const backend = this.#runs.possible(asked, gpuFailed);
    const downloads = new Downloads(2, (loaded, total) => this.#progress(id, loaded, total));
    const fetching = checkpoint && fetchWeights(checkpoint, downloads.part(0));
    if (!fetching) downloads.finish(0);
    // Told when it is waited for.
    fetching?.catch(() => {});
    if (!this.#wasm) {
      this.#wasm = await this.parts.loadWasm({ wasmUrl, shadersUrl, compiled, simd }, downloads.part(1));
      this.#source = { wasmUrl, compiled };
    }
    downloads.finish(1);
    const { Engine, checkCheckpoint } = this.#wasm;
    // What cannot be had or is no model must cost neither the one that is there nor its training.
    const weights = await fetching;
    if (weights) checkCheckpoint(weights);
    await this.#runs.stop();
    return this.#lock.run(async () => {
      // While it was fetched: nobody would free another engine.
      if (this.#disposed) throw new VaeError('disposed', 'the Vae has been disposed');
      const engine = await Engine.create({ spec: model, backend, seed, initialisation });
      try {
        if (weights) await engine.load(weights);
      } catch (thrown) {
        engine.free();
        throw thrown;
      }
      if (this.#dataset) engine.setDataset(this.#dataset);
      // Only a working new engine replaces the old one.
      this.#engine?.free();
      this.#engine = engine;
      this.#model++;
      this.#made++;
      if (workers !== undefined) this.#runs.share(workers, this.#source);
      return this.#info(engine);
    }, 'barrier');
  }

  /**
   * @param {import('./types.js').WasmEngine} engine
   * @returns {import('./protocol.js').ModelInfo}
   */
  #info(engine) {
    const wasm = this.#module();
    return {
      spec: engine.spec(),
      backend: this.#runs.backend(engine),
      parameterCount: engine.parameterCount(),
      presets: wasm.presets(),
      version: wasm.version(),
      model: this.#made,
    };
  }

  /**
   * @param {import('./protocol.js').Drawing} drawing
   * @returns {Promise<import('./protocol.js').Interpretation>}
   */
  #interpret({ ink, width, height, labels }) {
    return this.#use(async (engine) => {
      const seen = this.#module().preprocessDrawing(ink, width, height);
      if (seen.blank) return { ...seen, mu: null, logvar: null, reconstruction: null };
      const { mu, logvar } = await engine.encode(seen.pixels, labels);
      return { ...seen, mu, logvar, reconstruction: await engine.decode(mu, labels) };
    }, 'urgent');
  }

  /** @param {import('./types.js').Dataset} dataset */
  async #setDataset(dataset) {
    await this.#runs.stop();
    const data = inBytes(dataset);
    await this.#use((engine) => engine.setDataset(data));
    this.#dataset = data;
  }

  /**
   * @param {string} baseUrl
   * @param {number} id
   */
  async #loadMnist(baseUrl, id) {
    const { parseIdx } = this.#module();
    const onProgress = (/** @type {number} */ loaded, /** @type {number | null} */ total) => this.#progress(id, loaded, total);
    await this.#setDataset(await loadMnist({ baseUrl, parseIdx, onProgress }));
  }

  /**
   * @param {number} id of the request whose progress it is
   * @param {number} loaded
   * @param {number | null} total
   */
  #progress(id, loaded, total) {
    this.parts.post({ event: 'progress', id, loaded, total }, []);
  }

  /**
   * @param {import('./types.js').TrainSettings} settings
   * @param {boolean} paused
   */
  async #train(settings, paused) {
    await this.#runs.stop();
    return this.#runs.start(await this.#use((ready) => ready), this.#dataset, settings, paused);
  }

  /**
   * @param {Uint8Array} bytes
   * @returns {Promise<import('./protocol.js').ModelInfo>}
   */
  async #load(bytes) {
    // A file that is no model must not cost the training that goes on.
    this.#wasm?.checkCheckpoint(bytes);
    await this.#runs.stop();
    return this.#use(async (engine) => {
      await engine.load(bytes);
      this.#model++;
      this.#made++;
      return this.#info(engine);
    }, 'barrier');
  }

  /** @param {Float32Array} values */
  async #setParameters(values) {
    await this.#runs.stop();
    // The model is the same one, trained elsewhere: what measures it goes on, as it does while it is trained here.
    await this.#use((engine) => engine.setParameters(values));
  }

  /** @param {Operations['reset']['args']} how */
  async #reset(how) {
    await this.#runs.stop();
    await this.#use(async (engine) => {
      await engine.reset(how);
      this.#model++;
    }, 'barrier');
  }
}
