// Large requests in portions, so that a drawing that comes meanwhile is answered between two of them.

import { ChunkSizer } from './session.js';

/** A portion holds the engine about this long: half a frame, which leaves the other half to the drawing. */
const PORTION_MS = 5;

/** A request of so few values is answered before larger ones that came earlier: one image, or one code. */
const SMALL_ENCODE = 1024;
const SMALL_DECODE = 64;

/** @typedef {import('./protocol.js').Operations} Operations */
/** @typedef {import('./types.js').WasmEngine} WasmEngine */

/** Encodes and decodes for one worker. Where training or `setParameters` changes weights meanwhile, later rows come from the new ones. */
export class Portions {
  /** @type {Record<'encode' | 'decode', ChunkSizer>} */
  #sizers = { encode: new ChunkSizer(PORTION_MS), decode: new ChunkSizer(PORTION_MS) };

  /**
   * @param {object} parts
   * @param {<T>(task: (engine: WasmEngine) => T | Promise<T>, kind?: import('./lock.js').TaskKind) => Promise<T>} parts.use the engine for one task, with nobody else
   * @param {() => number} parts.model another number whenever the model was replaced
   * @param {() => Promise<void>} parts.giveWay
   * @param {() => number} parts.now
   */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * @param {Operations['encode']['args']} args
   * @returns {Promise<Operations['encode']['value']>}
   */
  async encode({ images, labels }) {
    const parts = await this.#each('encode', images, labels, (engine, some, theirs) => engine.encode(some, theirs));
    return { mu: joined(parts.map(({ mu }) => mu)), logvar: joined(parts.map(({ logvar }) => logvar)) };
  }

  /**
   * @param {Operations['decode']['args']} args
   * @returns {Promise<Float32Array>}
   */
  async decode({ z, labels }) {
    return joined(await this.#each('decode', z, labels, (engine, some, theirs) => engine.decode(some, theirs)));
  }

  /**
   * @template T
   * @param {'encode' | 'decode'} op
   * @param {Float32Array} values
   * @param {Uint8Array | undefined} labels
   * @param {(engine: WasmEngine, some: Float32Array, theirs: Uint8Array | undefined) => Promise<T>} work
   * @returns {Promise<T[]>}
   */
  async #each(op, values, labels, work) {
    const { use, giveWay, now, model } = this.parts;
    const sizer = this.#sizers[op];
    /** @type {T[]} */
    let found = [];
    let at = 0;
    let of = NaN;
    // One digit, or one code under the pointer: somebody waits for it.
    const small = values.length <= (op === 'encode' ? SMALL_ENCODE : SMALL_DECODE);
    while (true) {
      const done = await use(async (engine) => {
        // Replaced meanwhile: an answer comes from one model.
        if (model() !== of) [found, at, of] = [[], 0, model()];
        const width = rowWidth(engine, op, values, labels);
        const rows = values.length / width;
        const to = Math.min(rows, at + sizer.size());
        const began = now();
        found.push(await work(engine, values.subarray(at * width, to * width), labels?.subarray(at, to)));
        if (rows > 1) sizer.measured(to - at, now() - began);
        at = to;
        return at === rows;
      }, small ? 'urgent' : 'plain');
      if (done) return found;
      await giveWay();
    }
  }
}

/**
 * Values of one row; of all, where the engine is to see the request whole: a GPU's larger ones, and wrong ones, which it refuses.
 * @param {WasmEngine} engine
 * @param {'encode' | 'decode'} op
 * @param {Float32Array} values
 * @param {Uint8Array | undefined} labels
 * @returns {number}
 */
function rowWidth(engine, op, values, labels) {
  const { input, latent } = engine.spec();
  const width = op === 'encode' ? input.channels * input.height * input.width : latent;
  const rows = values.length / width;
  const whole = engine.backend().kind !== 'cpu' || rows === 0 || !Number.isInteger(rows) || (labels !== undefined && labels.length !== rows);
  return whole ? Math.max(1, values.length) : width;
}

/**
 * @param {Float32Array[]} parts
 * @returns {Float32Array}
 */
function joined(parts) {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
