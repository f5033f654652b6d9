// Pictures as few bytes: through an autoencoder's code or through principal components, one byte a number.

import { Vae } from '../api/vae.js';
import { macrotask } from '../api/macrotask.js';
import { PIXELS } from './damage.js';
import { principalComponents, project, unproject } from './pca.js';

/** Codes are all but never farther from 0: the prior is N(0, 1). */
const REACH = 4;
/** Steps on either side of 0 that a byte can tell apart. */
const LEVELS = 127;
const PORTION = 100;

/**
 * Pictures made of what was kept, and the information in their codes.
 * @typedef {{ pictures: Float32Array, bits: Float32Array | null }} Kept n×784, and n: the KL divergence of the numbers
 *   kept, in bits; null where there is no prior
 */

/**
 * @typedef {object} Codec
 * @property {number} size numbers in a whole code
 * @property {(images: Float32Array, numbers: number) => Promise<Kept>} keep
 */

/**
 * @param {number} value
 * @param {number} reach the value of the last step
 * @returns {number} the nearest of 255 even steps, which a byte holds
 */
export function quantised(value, reach) {
  const step = Math.round((Math.min(reach, Math.max(-reach, value)) / reach) * LEVELS);
  return (step / LEVELS) * reach;
}

/**
 * KL(q ‖ N(0, 1)) of each dimension.
 * @param {Float32Array} mu
 * @param {Float32Array} logvar
 * @returns {Float32Array} nats
 */
export function divergences(mu, logvar) {
  return mu.map((mean, j) => (mean * mean + Math.exp(logvar[j]) - 1 - logvar[j]) / 2);
}

/**
 * A shipped model whose code is cut to its most telling numbers; the others are left at the prior's mean.
 * @param {string} preset
 * @param {Float32Array} images n×784, to find out which numbers tell most
 * @returns {Promise<Codec>}
 */
export async function vaeCodec(preset, images) {
  const vae = await Vae.create({ model: preset, backend: 'cpu' });
  const { latent } = vae.spec;
  const told = new Float64Array(latent);
  for (let from = 0; from < images.length; from += PORTION * PIXELS) {
    const { mu, logvar } = await vae.encode(images.slice(from, from + PORTION * PIXELS));
    divergences(mu, logvar).forEach((nats, at) => void (told[at % latent] += nats));
  }
  const order = [...told.keys()].sort((a, b) => told[b] - told[a]);
  return {
    size: latent,
    async keep(pictures, numbers) {
      const { mu, logvar } = await vae.encode(pictures);
      const kept = new Set(order.slice(0, numbers));
      const code = mu.map((value, at) => (kept.has(at % latent) ? quantised(value, REACH) : 0));
      const bits = new Float32Array(pictures.length / PIXELS);
      divergences(mu, logvar).forEach((nats, at) => {
        if (kept.has(at % latent)) bits[Math.floor(at / latent)] += nats / Math.LN2;
      });
      return { pictures: await vae.decode(code), bits };
    },
  };
}

/**
 * @param {Float32Array} images n×784
 * @param {number} size
 * @returns {Promise<Codec>}
 */
export async function pcaCodec(images, size) {
  const components = await principalComponents(images, size, macrotask);
  return {
    size,
    async keep(pictures, numbers) {
      const made = new Float32Array(pictures.length);
      for (let from = 0; from < pictures.length; from += PIXELS) {
        const code = project(components, pictures.subarray(from, from + PIXELS)).subarray(0, numbers);
        made.set(unproject(components, code.map((value, k) => quantised(value, components.reach[k]))), from);
      }
      return { pictures: made, bits: null };
    },
  };
}

/**
 * @param {Float32Array} pixels 784 in [0, 1]
 * @returns {Promise<number>} bytes of the grey bytes, deflated
 */
export async function deflatedSize(pixels) {
  const bytes = Uint8Array.from(pixels, (value) => Math.round(value * 255));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
