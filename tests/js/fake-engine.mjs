// An engine that only counts, for tests of what is around it.

import { FakeModel, PRESET, SPEC } from './fake-model.mjs';

/** @typedef {import('../../www/js/api/types.js').WasmEngine} WasmEngine */
/** @typedef {import('../../www/js/api/types.js').WasmModule} WasmModule */

export { PRESET, SPEC };

/** A model that trains as much as a test says, alone or with others. @implements {WasmEngine} */
export class FakeEngine extends FakeModel {
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

  /** @type {WasmEngine['settle']} */
  async settle() {}

  /** @type {WasmEngine['profile']} */
  async profile(_settings, steps) {
    return this.exclusively(`profile ${steps}`, () => ({
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
    return this.exclusively(`trainChunk ${maxSteps}`, () => {
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
    return this.exclusively('trainFlush', () => ({ steps: [], phase, stepsInEpoch: this.stepsInEpoch }));
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
    this.hold(this.values.map((value, at) => value - this.gradients[at]));
  }

  /** @type {WasmEngine['teamEnd']} */
  async teamEnd() {
    return this.exclusively('teamEnd', () => {
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
    this.hold(params.slice());
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
    shadersFrom: () => {},
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
