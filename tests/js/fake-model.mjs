// A model that only counts, for tests of what is around it: what an engine does but for training.

/** @typedef {import('../../www/js/api/types.js').WasmEngine} WasmEngine */

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

/** Refuses overlapping calls as wasm does, and remembers what it was asked. */
export class FakeModel {
  /** @type {string[]} */
  calls = [];
  busy = false;
  freed = false;
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
    return this.exclusively('encode', () => ({ mu, logvar: new Float32Array(2 * n) }));
  }

  /** Pictures of one grey: the code's first number. @type {WasmEngine['decode']} */
  async decode(z) {
    if (z.length % 2) throw Object.assign(new Error(`z: ${z.length} values`), { code: 'invalid-argument' });
    return this.exclusively('decode', () => new Float32Array(784 * (z.length / 2)).map((_, i) => z[2 * Math.floor(i / 784)]));
  }

  /** @type {WasmEngine['reconstruct']} */
  async reconstruct(images) {
    return this.exclusively('reconstruct', () => images);
  }

  /** @type {WasmEngine['sample']} */
  async sample(n) {
    return this.exclusively('sample', () => new Float32Array(n * 784));
  }

  /** @type {WasmEngine['elbo']} */
  async elbo() {
    return this.exclusively('elbo', () => ({ recon: Float32Array.of(1), kl: Float32Array.of(2) }));
  }

  /** @type {WasmEngine['layers']} */
  layers() {
    const flat = (/** @type {number} */ channels) => ({ channels, height: 1, width: 1 });
    return [{ half: 'encoder', kind: 'linear', weights: ['fc1.weight'], input: flat(784), output: flat(400), activation: 'relu' }];
  }

  /** @type {WasmEngine['tensor']} */
  async tensor(name) {
    return this.exclusively(`tensor ${name}`, () => ({ shape: [1, 2], values: Float32Array.of(1, 2) }));
  }

  /** @type {WasmEngine['encoderLayers']} */
  async encoderLayers(images) {
    return this.exclusively('encoderLayers', () => [images.slice(0, 2)]);
  }

  /** @type {WasmEngine['decoderLayers']} */
  async decoderLayers(z) {
    return this.exclusively('decoderLayers', () => [z]);
  }

  /** @type {WasmEngine['latentGradient']} */
  async latentGradient(z) {
    return this.exclusively('latentGradient', () => ({ recon: Float32Array.of(1), dz: z }));
  }

  /** @type {WasmEngine['inputGradient']} */
  async inputGradient(images) {
    return this.exclusively('inputGradient', () => images);
  }

  drawsAtOnce() {
    return 50;
  }

  /** log Σ of as many equal weights as there are draws, so that L_K is the label, or the image's first pixel. */
  /** @type {WasmEngine['logWeightSums']} */
  async logWeightSums(images, k, from, to, _seed, first, labels) {
    return this.exclusively(`logWeightSums ${first}+${images.length / 784} ${from}..${to} of ${k}`, () => {
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
    return this.exclusively('quadratureChunk', () => {
      const done = 4 - --this.quadrature;
      if (this.quadrature > 0) return { done, total: 4 };
      return { done, total: 4, logLikelihood: Float64Array.of(-100), error: 0.5, worstError: 1, points: 129, halfWidth: 6 };
    });
  }

  quadratureStop() {
    this.calls.push('quadratureStop');
    this.quadrature = 0;
  }

  async save() {
    return this.exclusively('save', () => Uint8Array.of(1, 2, 3));
  }

  /** What the engine holds. @type {Float32Array} */
  values = Float32Array.of(1, 2, 3, 4, 5, 6, 7);

  /** @param {Float32Array} values from now on */
  hold(values) {
    this.values = values;
  }

  async parameters() {
    return this.exclusively('parameters', () => this.values.slice());
  }

  /** @type {WasmEngine['setParameters']} */
  setParameters(values) {
    if (values.length !== 7) throw Object.assign(new Error(`parameters: ${values.length} values, expected 7`), { code: 'invalid-argument', at: 'parameters' });
    this.calls.push('setParameters');
    this.values = values.slice();
  }

  /** @type {WasmEngine['load']} */
  async load(bytes) {
    return this.exclusively('load', () => {
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
  async exclusively(name, work) {
    if (this.busy) throw new Error('recursive use of an object');
    this.busy = true;
    this.calls.push(name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.busy = false;
    return work();
  }
}
