// An engine that only counts, for tests of what is around it.

/** @typedef {import('../../www/js/api/types.js').WasmEngine} WasmEngine */
/** @typedef {import('../../www/js/api/types.js').WasmModule} WasmModule */

/** @type {import('../../www/js/api/types.js').VaeSpec} */
export const SPEC = {
  input: { channels: 1, height: 28, width: 28 },
  encoder: [{ type: 'linear', units: 400, activation: 'relu' }],
  latent: 2,
  decoder: [{ type: 'linear', units: 400, activation: 'relu' }],
  likelihood: { type: 'bernoulli' },
};

/** @type {import('../../www/js/api/types.js').Preset} */
export const PRESET = {
  name: 'dense-20',
  spec: SPEC,
  recipe: {
    train: { epochs: 10, batchSize: 128, optimizer: 'adam', learningRate: 1e-3, beta: 1, seed: 1 },
    initialisation: 'pytorch', dataBias: false, printEvery: null,
  },
};

/** Refuses overlapping calls as wasm does, and remembers what it was asked. @implements {WasmEngine} */
export class FakeEngine {
  /** @type {string[]} */
  calls = [];
  busy = false;
  freed = false;
  step = 0;
  epoch = 1;
  /** Evaluation batches left. */
  evaluating = 0;
  stepsInEpoch = 10;
  /** @type {Error | null} thrown by the next chunk */
  trouble = null;
  stepsWanted = Infinity;
  divisible = false;
  /** Images of a batch that several workers share. */
  rows = 128;
  part = { index: 0, workers: 1, shares: [0] };
  gradients = new Float32Array(7);
  /** @type {import('../../www/js/api/types.js').BackendInfo} */
  info = { kind: 'cpu', software: false, simd: 'simd128', workers: 1, reason: 'no adapter', reasonCode: 'no-adapter' };

  spec() {
    return SPEC;
  }

  backend() {
    if (this.busy) throw new Error('recursive use of an object');
    return this.info;
  }

  parameterCount() {
    return 7;
  }

  /** @type {WasmEngine['setDataset']} */
  setDataset({ trainImages }) {
    this.calls.push(`setDataset ${trainImages.length}`);
  }

  /** Codes of two numbers: an image's first pixel, and 0. @type {WasmEngine['encode']} */
  async encode(images) {
    const n = Math.max(1, Math.floor(images.length / 784));
    const mu = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 ? 0 : images[392 * i]));
    return this.#exclusively('encode', () => ({ mu, logvar: new Float32Array(2 * n) }));
  }

  /** Pictures of one grey: the code's first number. @type {WasmEngine['decode']} */
  async decode(z) {
    if (z.length % 2) throw Object.assign(new Error(`z: ${z.length} values`), { code: 'invalid-argument' });
    return this.#exclusively('decode', () => new Float32Array(784 * (z.length / 2)).map((_, i) => z[2 * Math.floor(i / 784)]));
  }

  /** @type {WasmEngine['reconstruct']} */
  async reconstruct(images) {
    return this.#exclusively('reconstruct', () => images);
  }

  /** @type {WasmEngine['sample']} */
  async sample(n) {
    return this.#exclusively('sample', () => new Float32Array(n * 784));
  }

  /** @type {WasmEngine['elbo']} */
  async elbo() {
    return this.#exclusively('elbo', () => ({ recon: Float32Array.of(1), kl: Float32Array.of(2) }));
  }

  /** @type {WasmEngine['layers']} */
  layers() {
    const flat = (/** @type {number} */ channels) => ({ channels, height: 1, width: 1 });
    return [{ half: 'encoder', kind: 'linear', weights: ['fc1.weight'], input: flat(784), output: flat(400), activation: 'relu' }];
  }

  /** @type {WasmEngine['tensor']} */
  async tensor(name) {
    return this.#exclusively(`tensor ${name}`, () => ({ shape: [1, 2], values: Float32Array.of(1, 2) }));
  }

  /** @type {WasmEngine['encoderLayers']} */
  async encoderLayers(images) {
    return this.#exclusively('encoderLayers', () => [images.slice(0, 2)]);
  }

  /** @type {WasmEngine['decoderLayers']} */
  async decoderLayers(z) {
    return this.#exclusively('decoderLayers', () => [z]);
  }

  /** @type {WasmEngine['latentGradient']} */
  async latentGradient(z) {
    return this.#exclusively('latentGradient', () => ({ recon: Float32Array.of(1), dz: z }));
  }

  /** @type {WasmEngine['inputGradient']} */
  async inputGradient(images) {
    return this.#exclusively('inputGradient', () => images);
  }

  drawsAtOnce() {
    return 50;
  }

  /** log Σ of as many equal weights as there are draws, so that L_K is the label, or the image's first pixel. */
  /** @type {WasmEngine['logWeightSums']} */
  async logWeightSums(images, k, from, to, _seed, first, labels) {
    return this.#exclusively(`logWeightSums ${first}+${images.length / 784} ${from}..${to} of ${k}`, () => {
      if (!(k > 0)) throw Object.assign(new Error('k: 0, expected at least 1'), { code: 'invalid-argument' });
      const of = (/** @type {number} */ i) => Math.log(to - from) + (labels ? labels[i] : images[784 * i]);
      return Float64Array.from({ length: images.length / 784 }, (_, i) => of(i));
    });
  }

  /** @type {WasmEngine['latentUse']} */
  latentUse(mu) {
    return { kl: Float64Array.from(mu), variance: Float64Array.from(mu), active: 1 };
  }

  /** @type {WasmEngine['latentPca']} */
  latentPca(mu, components) {
    const none = new Float64Array(components);
    return { mean: none, components: none, variances: none, ratios: none, projected: mu };
  }

  /** The class of a query is the whole part of its first number. @type {WasmEngine['classify']} */
  classify(_points, _labels, queries) {
    this.calls.push(`classify ${queries.length / 2}`);
    return Uint8Array.from({ length: queries.length / 2 }, (_, i) => Math.floor(queries[2 * i]));
  }

  /** @type {WasmEngine['imageQuality']} */
  imageQuality(images) {
    this.calls.push(`imageQuality ${images.length / 784}`);
    const mse = images.filter((_, i) => i % 784 === 0).reduce((sum, value) => sum + value, 0) / (images.length / 784);
    return { mse, psnr: 2 * mse, ssim: 3 * mse };
  }

  /** Portions left. */
  quadrature = 0;

  /** @type {WasmEngine['quadratureStart']} */
  quadratureStart(images, mu) {
    this.calls.push(`quadratureStart ${images.length / 784} ${mu.length}`);
    this.quadrature = 4;
  }

  /** @type {WasmEngine['quadratureChunk']} */
  async quadratureChunk() {
    return this.#exclusively('quadratureChunk', () => {
      const done = 4 - --this.quadrature;
      if (this.quadrature > 0) return { done, total: 4 };
      return { done, total: 4, logLikelihood: Float64Array.of(-100), error: 0.5, worstError: 1, points: 129, halfWidth: 6 };
    });
  }

  quadratureStop() {
    this.calls.push('quadratureStop');
    this.quadrature = 0;
  }

  /** @type {WasmEngine['settle']} */
  async settle() {}

  /** @type {WasmEngine['profile']} */
  async profile(_settings, steps) {
    return this.#exclusively(`profile ${steps}`, () => ({
      kind: /** @type {const} */ ('cpu'), steps,
      kernels: [{ kernel: 'linear', nanoseconds: 1e6 }, { kernel: 'adam', nanoseconds: 3e6 }, { kernel: 'linear', nanoseconds: 1e6 }],
    }));
  }

  /** @type {WasmEngine['trainStart']} */
  trainStart({ batchSize = 128 }) {
    if (batchSize < 1) throw Object.assign(new Error('batchSize: 0, expected at least 1'), { code: 'invalid-argument' });
    this.calls.push('trainStart');
    this.step = 0;
    this.epoch = 1;
    this.evaluating = 0;
  }

  /** @type {WasmEngine['trainChunk']} */
  async trainChunk(maxSteps) {
    return this.#exclusively(`trainChunk ${maxSteps}`, () => {
      if (this.trouble) throw this.trouble;
      const { stepsInEpoch } = this;
      if (this.evaluating > 0) {
        this.evaluating -= Math.min(this.evaluating, maxSteps);
        if (this.evaluating > 0) return { steps: [], phase: 'evaluating', stepsInEpoch };
        const losses = { loss: 3, recon: 2, kl: 1 };
        const test = { epoch: this.epoch++, step: this.step, train: losses, test: losses };
        return { steps: [], test, phase: 'training', stepsInEpoch };
      }
      const steps = [];
      while (steps.length < maxSteps && this.step < this.stepsWanted) {
        this.step += 1;
        steps.push({ step: this.step, epoch: this.epoch, loss: 100 / this.step, recon: 90 / this.step, kl: 10 / this.step });
        if (this.step % stepsInEpoch === 0) {
          this.evaluating = 3;
          break;
        }
      }
      const phase = this.step >= this.stepsWanted ? 'done' : this.evaluating > 0 ? 'evaluating' : 'training';
      return { steps, phase, stepsInEpoch };
    });
  }

  /** @type {WasmEngine['trainFlush']} */
  async trainFlush() {
    const phase = this.evaluating > 0 ? 'evaluating' : 'training';
    return this.#exclusively('trainFlush', () => ({ steps: [], phase, stepsInEpoch: this.stepsInEpoch }));
  }

  trainStop() {
    this.calls.push('trainStop');
  }

  /** @type {WasmEngine['setHyperparameters']} */
  setHyperparameters(changes) {
    this.calls.push(`setHyperparameters ${JSON.stringify(changes)}`);
  }

  /** @type {WasmEngine['division']} */
  division() {
    return { divisible: this.divisible, flops: 4e8, gradients: this.values.length };
  }

  /** @type {WasmEngine['teamBegin']} */
  teamBegin(maxSteps) {
    const training = this.evaluating === 0;
    const steps = new Uint8Array(training ? Math.min(maxSteps, this.stepsWanted - this.step) : this.evaluating);
    return { training, epoch: 0, steps: steps.fill(this.rows) };
  }

  /** A step is a byte: its images. @type {WasmEngine['takePart']} */
  takePart(training, _epoch, steps, index, workers) {
    this.calls.push(`takePart ${training ? 'train' : 'evaluate'} ${steps.length} ${index}/${workers}`);
    this.part = { index, workers, shares: [...steps].map(() => 0) };
    return Uint32Array.from(steps, (rows) => Math.min(rows, workers));
  }

  /** Each worker's gradients are its number, counted from 1, and what it has come to. @type {WasmEngine['partGradients']} */
  partGradients(i) {
    this.calls.push(`partGradients ${i}`);
    const { index } = this.part;
    const workers = Math.min(this.rows, this.part.workers);
    const images = Math.floor((this.rows * (index + 1)) / workers) - Math.floor((this.rows * index) / workers);
    if (this.rows <= index) return new Float32Array();
    this.gradients = this.values.map((value) => value / 1000 + index + 1);
    return Float32Array.of(images, images, images, images);
  }

  /** @type {WasmEngine['partLosses']} */
  partLosses(i, shares) {
    this.part.shares[i] = shares.filter((_, at) => at % 4 === 3).reduce((sum, rows) => sum + rows, 0);
  }

  /** @type {WasmEngine['partUpdate']} */
  partUpdate(i) {
    this.calls.push(`partUpdate ${i}`);
    this.values = this.values.map((value, at) => value - this.gradients[at]);
  }

  /** @type {WasmEngine['teamEnd']} */
  async teamEnd() {
    return this.#exclusively('teamEnd', () => {
      const { stepsInEpoch } = this;
      if (this.evaluating > 0) {
        const losses = { loss: this.part.shares[0], recon: 2, kl: 1 };
        this.evaluating = 0;
        return { steps: [], test: { epoch: this.epoch++, step: this.step, train: losses, test: losses }, phase: 'training', stepsInEpoch };
      }
      const steps = this.part.shares.map((rows) => ({ step: ++this.step, epoch: this.epoch, loss: rows, recon: 90, kl: 10 }));
      return { steps, phase: this.step >= this.stepsWanted ? 'done' : 'training', stepsInEpoch };
    });
  }

  /** @type {WasmEngine['readGradients']} */
  readGradients(from, values) {
    values.set(this.gradients.subarray(from, from + values.length));
  }

  /** @type {WasmEngine['sumGradients']} */
  sumGradients(from, length, parts) {
    this.calls.push(`sum ${parts.map((part) => (part ? part[0] : 'own')).join(' + ')}`);
    for (let i = 0; i < length; i++) {
      const own = this.gradients[from + i];
      this.gradients[from + i] = parts.reduce((sum, part) => sum + (part ? part[i] : own), 0);
    }
  }

  /** @type {WasmEngine['writeGradients']} */
  writeGradients(from, values) {
    this.gradients.set(values, from);
  }

  /** @type {WasmEngine['teamState']} */
  teamState() {
    return [this.values.slice(), new Float32Array(7), new Float32Array(7)];
  }

  /** @type {WasmEngine['joinTeam']} */
  joinTeam(params) {
    this.calls.push('joinTeam');
    this.values = params.slice();
  }

  async save() {
    return this.#exclusively('save', () => Uint8Array.of(1, 2, 3));
  }

  /** What the engine holds. */
  values = Float32Array.of(1, 2, 3, 4, 5, 6, 7);

  async parameters() {
    return this.#exclusively('parameters', () => this.values.slice());
  }

  /** @type {WasmEngine['setParameters']} */
  setParameters(values) {
    if (values.length !== 7) throw Object.assign(new Error(`parameters: ${values.length} values, expected 7`), { code: 'invalid-argument', at: 'parameters' });
    this.calls.push('setParameters');
    this.values = values.slice();
  }

  /** @type {WasmEngine['load']} */
  async load(bytes) {
    return this.#exclusively('load', () => {
      if (bytes.length === 0) throw Object.assign(new Error('checkpoint: 0 bytes'), { code: 'invalid-checkpoint' });
    });
  }

  /** @type {WasmEngine['reset']} */
  async reset(how) {
    this.calls.push(`reset ${JSON.stringify(how)}`);
  }

  free() {
    this.freed = true;
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => T} work
   * @returns {Promise<T>}
   */
  async #exclusively(name, work) {
    if (this.busy) throw new Error('recursive use of an object');
    this.busy = true;
    this.calls.push(name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.busy = false;
    return work();
  }
}

/**
 * @param {FakeEngine[]} engines handed out one after the other
 * @returns {WasmModule}
 */
export function fakeWasm(engines) {
  const queue = [...engines];
  return {
    default: async () => undefined,
    version: () => '1.2.3',
    presets: () => [PRESET],
    races: () => [],
    knowRace: () => {},
    preprocessDrawing: (ink) => ({ blank: ink.every((value) => value === 0), pixels: new Float32Array(784), bounds: null, centre: null }),
    checkCheckpoint: (bytes) => {
      if (bytes.length === 0) throw Object.assign(new Error('checkpoint: 0 bytes'), { code: 'invalid-checkpoint' });
      return PRESET.spec;
    },
    describe: (spec) => {
      if (typeof spec === 'object' && spec.latent === 0) throw Object.assign(new Error('spec, latent: 0'), { code: 'invalid-spec', at: 'latent' });
      return { parameterCount: 7, hidden: 400, encoder: [], decoder: [] };
    },
    checkSettings: ({ batchSize }) => {
      if (batchSize === 0) throw Object.assign(new Error('batchSize: 0'), { code: 'invalid-argument', at: 'batchSize' });
    },
    parseIdx: (bytes) => ({ dims: [bytes.length], data: bytes }),
    Engine: {
      create: async () => {
        const engine = queue.shift();
        if (!engine) throw Object.assign(new Error('spec, latent: 0'), { code: 'invalid-spec' });
        return engine;
      },
    },
  };
}

/** Lets everything that is due happen. @param {number} [ms] */
export function wait(ms = 20) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
