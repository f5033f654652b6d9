// Measurements that take long, in the worker: in portions between which drawings and a training get their turn.

import { rowsOf } from './arguments.js';
import { VaeError } from './errors.js';
import { Lock } from './lock.js';
import { ChunkSizer } from './session.js';

/** How long one portion should hold the engine. */
const PORTION_MS = 40;
/** Images that share a portion of draws: more cost memory and gain no speed. */
const MOST_IMAGES = 40;
/** Images encoded at a time, as many as the engine does in one step. */
const ENCODED = 100;
/** Queries classified at a time, at least: each portion rearranges all known points first. */
const FEWEST_QUERIES = 64;

/** @typedef {import('./types.js').WasmEngine} WasmEngine */
/** @typedef {import('./protocol.js').Operations} Operations */

/**
 * @typedef {object} MeasuringParts
 * @property {<T>(task: (engine: WasmEngine) => T | Promise<T>, kind?: import('./lock.js').TaskKind) => Promise<T>} use the engine for one task, with nobody else
 * @property {() => number} model another number whenever the weights were replaced
 * @property {(id: number, done: number, total: number) => void} progress
 * @property {() => Promise<void>} giveWay
 * @property {() => number} now
 */

/** One request's way to the engine: `portion` waits for it, measures how long `work` on `units` takes, and tells `done` of `total`.
 * @typedef {object} Turn
 * @property {<T>(work: (engine: WasmEngine) => T | Promise<T>, units?: number) => Promise<T>} portion
 * @property {(done: number, total: number) => void} progress
 * @property {ChunkSizer} sizer
 */

/** Serves the long measurements of one worker. */
export class Measuring {
  /** Requests under way that may be cancelled; true once they were. @type {Map<number, boolean>} */
  #cancelled = new Map();
  /** The engine holds one quadrature at a time. */
  #quadratures = new Lock();

  /** @param {MeasuringParts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /** @param {number} id of a request; one that is over is none */
  cancel(id) {
    if (this.#cancelled.has(id)) this.#cancelled.set(id, true);
  }

  /**
   * @param {Operations['logLikelihood']['args']} args
   * @param {number} id
   * @returns {Promise<Float64Array>}
   */
  logLikelihood({ images, k, seed, first, labels }, id) {
    return this.#measure(id, async ({ portion, progress, sizer }) => {
      const { pixels, atOnce } = await portion((engine) => ({ pixels: pixelsOf(engine), atOnce: engine.drawsAtOnce() }));
      const n = rowsOf('images', images, pixels);
      if (labels && labels.length !== n) throw new VaeError('invalid-argument', `labels: ${labels.length} labels for ${n} images`);
      const found = new Float64Array(n);
      for (let at = 0; at < n; ) {
        const rows = Math.min(n - at, sizer.size(), MOST_IMAGES);
        const some = images.subarray(at * pixels, (at + rows) * pixels);
        const theirs = labels?.subarray(at, at + rows);
        const sums = new Float64Array(rows).fill(-Infinity);
        let from = 0;
        do {
          const steps = Math.max(1, Math.floor(sizer.size() / rows));
          const to = Math.min(k, from + steps * atOnce);
          const begin = from;
          const part = await portion((engine) => engine.logWeightSums(some, k, begin, to, seed, first + at, theirs), steps * rows);
          part.forEach((value, i) => (sums[i] = logAddExp(sums[i], value)));
          from = to;
          progress(at * k + from * rows, n * k);
        } while (from < k);
        found.set(sums.map((sum) => sum - Math.log(k)), at);
        at += rows;
      }
      return found;
    });
  }

  /**
   * @param {Operations['knnAccuracy']['args']} args
   * @param {number} id
   * @returns {Promise<number>}
   */
  knnAccuracy({ points, labels, queries, truth, k }, id) {
    return this.#measure(id, async ({ portion, progress, sizer }) => {
      const width = await portion((engine) => engine.spec().latent);
      const n = rowsOf('queries', queries, width);
      if (truth.length !== n) throw new VaeError('invalid-argument', `labels: ${truth.length} labels for ${n} queries`);
      let right = 0;
      for (let at = 0; at < n; ) {
        const rows = Math.min(n - at, Math.max(FEWEST_QUERIES, sizer.size()));
        const some = queries.subarray(at * width, (at + rows) * width);
        const classes = await portion((engine) => engine.classify(points, labels, some, k), rows);
        const first = at;
        right += classes.filter((label, i) => label === truth[first + i]).length;
        at += rows;
        progress(at, n);
      }
      return right / n;
    });
  }

  /**
   * @param {Operations['imageQuality']['args']} args
   * @param {number} id
   * @returns {Promise<import('./types.js').ImageQuality>}
   */
  imageQuality({ images, reconstructions }, id) {
    return this.#measure(id, async ({ portion, progress, sizer }) => {
      const pixels = await portion(pixelsOf);
      const n = rowsOf('images', images, pixels);
      if (reconstructions.length !== images.length) {
        throw new VaeError('invalid-argument', `reconstructions: ${reconstructions.length} values, expected ${images.length} as in images`);
      }
      let [mse, psnr, ssim] = [0, 0, /** @type {number | null} */ (0)];
      for (let at = 0; at < n; ) {
        const rows = Math.min(n - at, sizer.size());
        const some = (/** @type {Float32Array} */ all) => all.subarray(at * pixels, (at + rows) * pixels);
        const part = await portion((engine) => engine.imageQuality(some(images), some(reconstructions)), rows);
        mse += (part.mse * rows) / n;
        psnr += (part.psnr * rows) / n;
        ssim = part.ssim === null || ssim === null ? null : ssim + (part.ssim * rows) / n;
        at += rows;
        progress(at, n);
      }
      return { mse, psnr, psnrOfMeanMse: -10 * Math.log10(mse), ssim };
    });
  }

  /**
   * @param {Operations['logLikelihood2d']['args']} args
   * @param {number} id
   * @returns {Promise<import('./types.js').Quadrature>}
   */
  logLikelihood2d({ images, points }, id) {
    return this.#measure(id, ({ portion, progress }) =>
      this.#quadratures.run(async () => {
        const { input, latent, classes = 0 } = await portion((engine) => engine.spec());
        if (latent !== 2 || classes > 0) {
          throw new VaeError('unsupported', 'quadrature sums over a plane: the model must have two latent dimensions and no classes');
        }
        const pixels = input.channels * input.height * input.width;
        const n = rowsOf('images', images, pixels);
        const posterior = { mu: new Float32Array(2 * n), logvar: new Float32Array(2 * n) };
        for (let at = 0; at < n; at += ENCODED) {
          const some = images.subarray(at * pixels, Math.min(n, at + ENCODED) * pixels);
          const { mu, logvar } = await portion((engine) => engine.encode(some));
          posterior.mu.set(mu, 2 * at);
          posterior.logvar.set(logvar, 2 * at);
        }
        try {
          await portion((engine) => engine.quadratureStart(images, posterior.mu, posterior.logvar, points));
          while (true) {
            const { done, total, ...found } = await portion((engine) => engine.quadratureChunk());
            progress(done, total);
            if (found.logLikelihood) return /** @type {import('./types.js').Quadrature} */ (found);
          }
        } finally {
          // Cancelled or refused, it must not keep its memory; over, there is none.
          await this.parts.use((engine) => engine.quadratureStop());
        }
      }),
    );
  }

  /**
   * @template T
   * @param {number} id
   * @param {(turn: Turn) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #measure(id, work) {
    const { use, giveWay, now, progress } = this.parts;
    const model = this.parts.model();
    const sizer = new ChunkSizer(PORTION_MS);
    this.#cancelled.set(id, false);
    /** @type {Turn['portion']} */
    const portion = async (task, units) => {
      const value = await use(async (engine) => {
        if (this.#cancelled.get(id)) throw new VaeError('aborted', 'the measurement was aborted');
        if (this.parts.model() !== model) throw new VaeError('aborted', 'the model was replaced while it was measured');
        const began = now();
        const result = await task(engine);
        if (units) sizer.measured(units, now() - began);
        return result;
      });
      await giveWay();
      return value;
    };
    try {
      return await work({ portion, sizer, progress: (done, total) => progress(id, done, total) });
    } finally {
      this.#cancelled.delete(id);
    }
  }
}

/** @param {WasmEngine} engine */
function pixelsOf(engine) {
  const { channels, height, width } = engine.spec().input;
  return channels * height * width;
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number} log(eᵃ + eᵇ) without overflow
 */
export function logAddExp(a, b) {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log1p(Math.exp(-Math.abs(a - b)));
}
