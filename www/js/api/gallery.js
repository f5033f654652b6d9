// Many images and codes at a time, again and again as weights change: `vae.gallery`.

import { checkOptions, floats, labelsOf } from './arguments.js';
import { VaeError } from './errors.js';

/** All of it is done in short portions: drawing and training go on in between, and where weights change meanwhile, so do theirs. */
export class Gallery {
  #client;
  /** What the worker has been given; places in this list are the sets' numbers, null where they are forgotten.
   * @type {({ args: import('./protocol.js').Operations['remember']['args'], set: Promise<number> } | null)[]} */
  #given = [];

  /** @param {import('./client.js').Client} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * Leaves images with the worker, until they are forgotten or it ends.
   * @param {Float32Array} images n×784 in [0, 1]
   * @param {{ labels?: Uint8Array | number[] }} [options] used where the model is conditional when they are encoded
   * @returns {Promise<number>} the set, for `encode`
   */
  async remember(images, options = {}) {
    checkOptions('remember', options, ['labels']);
    const args = { images: floats('images', images), labels: labelsOf(options.labels) };
    const set = this.#client.request('remember', args);
    await set;
    return this.#given.push({ args, set }) - 1;
  }

  /** Gives back what a set holds; it cannot be encoded any more. @param {number} set what `remember` gave */
  async forget(set) {
    const known = this.#given[set];
    if (!known) return;
    this.#given[set] = null;
    await this.#client.request('forget', { set: await known.set });
  }

  /** Gives another worker all that the one before had. @param {import('./client.js').Client['request']} request */
  async again(request) {
    for (const one of this.#given) if (one) one.set = request('remember', one.args);
    await Promise.all(this.#given.map((one) => one?.set));
  }

  /**
   * Encodes images that the worker has.
   * @param {number} set what `remember` gave
   * @param {{ first?: number, count: number }} range
   * @returns {Promise<{ mu: Float32Array, logvar: Float32Array }>} count×latent each
   */
  async encode(set, range) {
    checkOptions('encode', range, ['first', 'count']);
    const { first = 0, count } = range;
    const known = this.#given[set];
    if (!known) throw new VaeError('invalid-argument', `set: ${set} is none of the ${this.#given.length} that are remembered`);
    return this.#client.request('encodeRemembered', { set: await known.set, first, count });
  }

  /**
   * Like `vae.decode`, as bytes: a quarter of what floats would carry.
   * @param {Float32Array} z n×latent
   * @param {{ labels?: Uint8Array | number[] }} [options]
   * @returns {Promise<Uint8Array>} n×784, 255 for a probability of 1
   */
  async decode(z, options = {}) {
    checkOptions('decode', options, ['labels']);
    return this.#client.request('decodeBytes', { z: floats('z', z), labels: labelsOf(options.labels) });
  }
}
