// Measurements of what a model gives, computed in its worker: `vae.measure`.

import { checkOptions, floats, labelsOf } from './arguments.js';

/**
 * What long measurements take.
 * @typedef {object} LongOptions
 * @property {(done: number, total: number) => void} [onProgress]
 * @property {AbortSignal} [signal] ends it with an `aborted` error
 */

/** Points and their classes.
 * @typedef {{ points: Float32Array, labels: Uint8Array | number[] }} Labelled */

const LONG = /** @type {const} */ (['onProgress', 'signal']);

/** Long ones are done in portions: drawing and training go on in between, and where weights change meanwhile, so do theirs. */
export class Measure {
  #client;

  /** @param {import('./client.js').Client} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * Which dimensions of the code a model uses, over the images of a posterior.
   * @param {{ mu: Float32Array, logvar: Float32Array }} posterior n×latent each, what `encode` gives
   * @returns {Promise<import('./types.js').LatentUse>}
   */
  async latentUse({ mu, logvar }) {
    return this.#client.request('latentUse', { mu: floats('mu', mu), logvar: floats('logvar', logvar) });
  }

  /**
   * Principal components of latent means, and the means along the first of them.
   * @param {Float32Array} mu n×latent, at least two rows
   * @param {{ components?: number }} [options] how many to project on; 2
   * @returns {Promise<import('./types.js').LatentPca>}
   */
  async latentPca(mu, options = {}) {
    checkOptions('latentPca', options, ['components']);
    const { components = 2 } = options;
    return this.#client.request('latentPca', { mu: floats('mu', mu), components });
  }

  /**
   * The share of `queries` whose class is the most frequent among the k nearest points of `known`.
   * @param {Labelled} known n×latent
   * @param {Labelled} queries m×latent
   * @param {{ k?: number } & LongOptions} [options] k is 5
   * @returns {Promise<number>} from 0 to 1
   */
  async knnAccuracy(known, queries, options = {}) {
    checkOptions('knnAccuracy', options, ['k', ...LONG]);
    const { k = 5, ...long } = options;
    const args = {
      points: floats('known.points', known.points),
      labels: labelsOf(known.labels) ?? new Uint8Array(),
      queries: floats('queries.points', queries.points),
      truth: labelsOf(queries.labels) ?? new Uint8Array(),
      k,
    };
    return this.#client.request('knnAccuracy', args, progressive(long));
  }

  /**
   * How close reconstructions are to their images.
   * @param {Float32Array} images n×784 in [0, 1]
   * @param {Float32Array} reconstructions n×784 in [0, 1]
   * @param {LongOptions} [options]
   * @returns {Promise<import('./types.js').ImageQuality>}
   */
  async imageQuality(images, reconstructions, options = {}) {
    checkOptions('imageQuality', options, LONG);
    const args = { images: floats('images', images), reconstructions: floats('reconstructions', reconstructions) };
    return this.#client.request('imageQuality', args, progressive(options));
  }

  /**
   * The exact log p(x) under a model of two latent dimensions, by quadrature over the plane of z.
   * @param {Float32Array} images n×784 in [0, 1]
   * @param {{ points?: number } & LongOptions} [options] points along a side of the grid; chosen from the posteriors
   * @returns {Promise<import('./types.js').Quadrature>}
   */
  async logLikelihood2d(images, options = {}) {
    checkOptions('logLikelihood2d', options, ['points', ...LONG]);
    const { points, ...long } = options;
    return this.#client.request('logLikelihood2d', { images: floats('images', images), points }, progressive(long));
  }
}

/**
 * Options of a request: a measurement always knows its total.
 * @param {LongOptions} options
 */
export function progressive({ onProgress, signal }) {
  return { signal, onProgress: onProgress && ((/** @type {number} */ done, /** @type {number | null} */ total) => onProgress(done, total ?? 0)) };
}
