// What a Vae was made of and came to, kept on its user's side: where its worker fails, another becomes the same from it.

import { build, resolve } from './create.js';

/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {Pick<import('./client.js').Client, 'request'>} Requests */

/** Values are copied at most this often, and of large models seldom enough that copying takes no notable share of the time. */
const KEEP_MS = 1_000;
const VALUES_PER_MS = 4_000;

/** The last known good state of one Vae. */
export class Keeping {
  #client;
  #how;
  /** What makes the model as it was when it was last made anew. @type {CreateOptions} */
  #origin;
  /** Later than the origin's own; null where those are what the model has. @type {Float32Array | null} */
  #values = null;
  #keptAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Requests} client
   * @param {CreateOptions} how the Vae was created
   */
  constructor(client, how) {
    this.#client = client;
    this.#how = how;
    this.#origin = how;
  }

  /** The model was made anew. @param {CreateOptions} origin what makes the same one */
  made(origin) {
    this.#origin = origin;
    this.end();
    this.#values = null;
    this.#keptAt = -Infinity;
  }

  /** Values on their way into the model, or just out of it: a copy where one is due. @param {Float32Array} values */
  copy(values) {
    return performance.now() - this.#keptAt < Math.max(KEEP_MS, values.length / VALUES_PER_MS) ? null : values.slice();
  }

  /** The model has other values now. @param {Float32Array | null} [values] a copy; without one they are fetched before long */
  changed(values = null) {
    if (values) return this.#keep(values);
    this.#timer ??= setTimeout(async () => {
      const fetched = await this.#client.request('parameters', {}).catch(() => null);
      this.#timer = undefined;
      if (fetched) this.#keep(fetched);
    }, Math.max(KEEP_MS, (this.#values?.length ?? 0) / VALUES_PER_MS));
    // In Node.js it must not keep a script from ending.
    /** @type {{ unref?: () => void }} */ (this.#timer).unref?.();
  }

  /**
   * Makes the model again, elsewhere. Where its values are kept, nothing is fetched for it.
   * @param {Requests} client
   * @param {import('./types.js').VaeSpec} spec the model's
   * @param {string} [gpuFailed] what its GPU failed at
   * @returns {Promise<import('./protocol.js').ModelInfo>}
   */
  async restore(client, spec, gpuFailed) {
    const { model, seed, weights, initialisation, backend } = this.#origin;
    const values = this.#values;
    const source = values ? /** @type {const} */ ({ model: spec, weights: 'random' }) : { model, weights };
    const options = { ...this.#how, ...source, seed, initialisation, backend: backend ?? this.#how.backend };
    const info = await build(client, { ...options, onProgress: undefined }, resolve({ ...options, dataBias: false }), gpuFailed);
    if (values) await client.request('setParameters', { values: values.slice() }, { transfer: true });
    return info;
  }

  /** Nothing is fetched any more. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @param {Float32Array} values */
  #keep(values) {
    // A run that diverges is about to be put back by its own guard.
    if (!values.every(Number.isFinite)) return;
    this.#values = values;
    this.#keptAt = performance.now();
  }
}
