// Images that stay in the worker, and pictures that leave it as bytes: what a map needs many times a second.

import { rowsOf } from './arguments.js';
import { VaeError } from './errors.js';
import { ChunkSizer } from './session.js';

/** How long one portion should hold the engine: a drawing that comes meanwhile waits no longer. */
const PORTION_MS = 4;

/** @typedef {import('./protocol.js').Operations} Operations */

/** Serves one worker; every request is done in portions, between which others get their turn. */
export class Remembering {
  /** @type {{ images: Float32Array, labels?: Uint8Array }[]} */
  #sets = [];
  #encoding = new ChunkSizer(PORTION_MS);
  #decoding = new ChunkSizer(PORTION_MS);

  /** @param {Pick<import('./measuring.js').MeasuringParts, 'use' | 'model' | 'giveWay' | 'now'>} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * @param {Operations['remember']['args']} args
   * @returns {Promise<number>} what the set is asked for by
   */
  async remember({ images, labels }) {
    const n = rowsOf('images', images, await this.parts.use(pixelsOf));
    if (labels && labels.length !== n) throw new VaeError('invalid-argument', `labels: ${labels.length} labels for ${n} images`);
    return this.#sets.push({ images, labels }) - 1;
  }

  /**
   * @param {Operations['encodeRemembered']['args']} args
   * @returns {Promise<{ mu: Float32Array, logvar: Float32Array }>}
   */
  async encodeRemembered({ set, first, count }) {
    const known = this.#sets[set];
    if (!known) throw new VaeError('invalid-argument', `set: ${set} is none of the ${this.#sets.length} that are remembered`);
    const { pixels, latent, classes } = await this.parts.use((engine) => {
      const { latent: width, classes: kinds = 0 } = engine.spec();
      return { pixels: pixelsOf(engine), latent: width, classes: kinds };
    });
    const n = rowsOf('images', known.images, pixels);
    if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count > 0 && first + count <= n)) {
      throw new VaeError('invalid-argument', `images ${first} to ${first + count}: expected some of the ${n} that are remembered`);
    }
    const mu = new Float32Array(count * latent);
    const logvar = new Float32Array(count * latent);
    await this.#portions(this.#encoding, count, async (engine, at, rows) => {
      const from = first + at;
      const labels = classes > 0 ? known.labels?.subarray(from, from + rows) : undefined;
      const some = await engine.encode(known.images.subarray(from * pixels, (from + rows) * pixels), labels);
      mu.set(some.mu, at * latent);
      logvar.set(some.logvar, at * latent);
    });
    return { mu, logvar };
  }

  /**
   * @param {Operations['decodeBytes']['args']} args
   * @returns {Promise<Uint8Array>}
   */
  async decodeBytes({ z, labels }) {
    const { pixels, latent } = await this.parts.use((engine) => ({ pixels: pixelsOf(engine), latent: engine.spec().latent }));
    const n = rowsOf('z', z, latent);
    if (labels && labels.length !== n) throw new VaeError('invalid-argument', `labels: ${labels.length} labels for ${n} codes`);
    // Clamped: a Gaussian decoder may leave [0, 1].
    const bytes = new Uint8ClampedArray(n * pixels);
    await this.#portions(this.#decoding, n, async (engine, at, rows) => {
      const pictures = await engine.decode(z.subarray(at * latent, (at + rows) * latent), labels?.subarray(at, at + rows));
      for (let i = 0, to = at * pixels; i < pictures.length; i++) bytes[to++] = pictures[i] * 255;
    });
    return new Uint8Array(bytes.buffer);
  }

  /**
   * @param {ChunkSizer} sizer
   * @param {number} count
   * @param {(engine: import('./types.js').WasmEngine, at: number, rows: number) => Promise<void>} work
   */
  async #portions(sizer, count, work) {
    const { use, giveWay, now } = this.parts;
    const model = this.parts.model();
    for (let at = 0; at < count; ) {
      const rows = Math.min(count - at, sizer.size());
      await use(async (engine) => {
        if (this.parts.model() !== model) throw new VaeError('aborted', 'the model was replaced meanwhile');
        const began = now();
        await work(engine, at, rows);
        sizer.measured(rows, now() - began);
      });
      at += rows;
      await giveWay();
    }
  }
}

/** @param {import('./types.js').WasmEngine} engine */
function pixelsOf(engine) {
  const { channels, height, width } = engine.spec().input;
  return channels * height * width;
}
