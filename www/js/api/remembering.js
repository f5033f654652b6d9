// Images that stay in the worker, and pictures that leave it as bytes: what a map needs many times a second.

import { rowsOf } from './arguments.js';
import { VaeError } from './errors.js';

/** @typedef {import('./protocol.js').Operations} Operations */

/** Serves one worker. */
export class Remembering {
  /** By their numbers; null where they are forgotten. @type {({ images: Float32Array, labels?: Uint8Array } | null)[]} */
  #sets = [];

  /** @param {Pick<import('./measuring.js').MeasuringParts, 'use'> & { portions: import('./portions.js').Portions }} parts */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * @param {Operations['remember']['args']} args
   * @returns {Promise<number>} what the set is asked for by
   */
  async remember({ images, labels }) {
    const { pixels } = await this.parts.use(shapeOf);
    const n = rowsOf('images', images, pixels);
    if (labels && labels.length !== n) throw new VaeError('invalid-argument', `labels: ${labels.length} labels for ${n} images`);
    return this.#sets.push({ images, labels }) - 1;
  }

  /** @param {number} set whose images are given back; its number is not used again */
  forget(set) {
    if (set in this.#sets) this.#sets[set] = null;
  }

  /**
   * @param {Operations['encodeRemembered']['args']} args
   * @returns {Promise<{ mu: Float32Array, logvar: Float32Array }>}
   */
  async encodeRemembered({ set, first, count }) {
    const known = this.#sets[set];
    if (!known) throw new VaeError('invalid-argument', `set: ${set} is none of the ${this.#sets.length} that are remembered`);
    const { pixels, classes } = await this.parts.use(shapeOf);
    const n = rowsOf('images', known.images, pixels);
    const end = first + count;
    if (!(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count > 0 && end <= n)) {
      throw new VaeError('invalid-argument', `images ${first} to ${end}: expected some of the ${n} that are remembered`);
    }
    return this.parts.portions.encode({
      images: known.images.subarray(first * pixels, end * pixels),
      labels: classes > 0 ? known.labels?.subarray(first, end) : undefined,
    });
  }

  /**
   * @param {Operations['decodeBytes']['args']} args
   * @returns {Promise<Uint8Array>}
   */
  async decodeBytes(args) {
    const pictures = await this.parts.portions.decode(args);
    // Clamped: a Gaussian decoder may leave [0, 1].
    const bytes = new Uint8ClampedArray(pictures.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = pictures[i] * 255;
    return new Uint8Array(bytes.buffer);
  }
}

/** @param {import('./types.js').WasmEngine} engine */
function shapeOf(engine) {
  const { input, classes = 0 } = engine.spec();
  return { pixels: input.channels * input.height * input.width, classes };
}
