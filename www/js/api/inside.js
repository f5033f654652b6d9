// A look inside the model: its layers, their weights, and what they make of an input.

import { checkOptions, floats, labelsOf } from './arguments.js';
import { VaeError } from './errors.js';

/** Use `vae.inside`. */
export class Inside {
  #client;

  /** @param {import('./client.js').Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** @returns {Promise<import('./types.js').LayerInfo[]>} every layer with parameters, from the image to the pixels */
  layers() {
    return this.#client.request('layers', {});
  }

  /**
   * @param {string} name one of a layer's `weights`, or with `bias` in place of `weight`
   * @returns {Promise<import('./types.js').Tensor>} as it is now
   */
  async tensor(name) {
    if (typeof name !== 'string') throw new VaeError('invalid-argument', `name: ${typeof name}, expected a string`);
    return this.#client.request('tensor', { name });
  }

  /**
   * What each hidden layer of the encoder makes of images, its activation applied.
   * @param {Float32Array} images n×784
   * @param {{ labels?: import('./vae.js').Labels }} [options]
   * @returns {Promise<Float32Array[]>} n×width for each hidden layer
   */
  async encoderLayers(images, options = {}) {
    checkOptions('encoderLayers', options, ['labels']);
    return this.#client.request('encoderLayers', { images: floats('images', images), labels: labelsOf(options.labels) });
  }

  /**
   * What each hidden layer of the decoder makes of codes.
   * @param {Float32Array} z n×latent
   * @param {{ labels?: import('./vae.js').Labels }} [options]
   * @returns {Promise<Float32Array[]>} n×width for each hidden layer
   */
  async decoderLayers(z, options = {}) {
    checkOptions('decoderLayers', options, ['labels']);
    return this.#client.request('decoderLayers', { z: floats('z', z), labels: labelsOf(options.labels) });
  }
}
