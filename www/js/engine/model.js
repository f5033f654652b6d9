// The model's functions as the labs call them: classes go along only where the model takes them.

import { rasterise } from '../ink.js';

/** @typedef {ReturnType<typeof model>} Model */
/** A picture of 784 pixels and its class; null where nobody has said it.
 * @typedef {{ pixels: Float32Array, label: number | null }} Picture */

const PIXELS = 784;

/** @param {import('../api/vae.js').Vae} vae */
export function model(vae) {
  const classes = () => vae.spec.classes ?? 0;
  const along = (/** @type {Uint8Array} */ labels) => (classes() > 0 ? { labels } : {});

  return {
    get spec() {
      return vae.spec;
    },

    get conditional() {
      return classes() > 0;
    },

    /**
     * @param {Float32Array} images n×784
     * @param {Uint8Array} labels n
     */
    encode: (images, labels) => vae.encode(images, along(labels)),

    /**
     * @param {Float32Array} z n×latent
     * @param {Uint8Array} labels n
     */
    decode: (z, labels) => vae.decode(z, along(labels)),

    /**
     * @param {Float32Array} images n×784
     * @param {Uint8Array} labels n
     * @param {{ samples: number, seed: number }} how
     */
    elbo: (images, labels, how) => vae.elbo(images, { ...how, ...along(labels) }),

    /**
     * @param {Float32Array} z n×latent
     * @param {Float32Array} images n×784
     * @param {Float32Array} mask n×784
     * @param {Uint8Array} labels n
     */
    latentGradient: (z, images, mask, labels) => vae.latentGradient(z, images, { mask, ...along(labels) }),

    /**
     * A drawing in MNIST's form.
     * @param {readonly import('../store.js').Stroke[]} strokes not blank
     * @returns {Promise<Float32Array>} 784 pixels
     */
    async asDigit(strokes) {
      const { pixels } = await vae.interpret({ ...rasterise(null, strokes), ...along(new Uint8Array(1)) });
      return pixels;
    },

    /**
     * The classes of pictures: what is known, and for the rest the class under which the model finds them likeliest.
     * @param {readonly Picture[]} pictures
     * @returns {Promise<Uint8Array>} zeros where the model takes no classes
     */
    async classesOf(pictures) {
      const labels = Uint8Array.from(pictures, ({ label }) => label ?? 0);
      const count = classes();
      if (count === 0) return labels;
      for (const [i, { pixels, label }] of pictures.entries()) {
        if (label !== null) continue;
        const copies = stack(Array.from({ length: count }, () => pixels));
        const { recon, kl } = await vae.elbo(copies, { samples: 4, labels: Uint8Array.from({ length: count }, (_, c) => c) });
        const losses = Array.from(recon, (nats, c) => nats + kl[c]);
        labels[i] = losses.indexOf(Math.min(...losses));
      }
      return labels;
    },
  };
}

/**
 * Pictures one after the other.
 * @param {readonly Float32Array[]} pictures
 * @returns {Float32Array} n×784
 */
export function stack(pictures) {
  const images = new Float32Array(pictures.length * PIXELS);
  pictures.forEach((pixels, i) => images.set(pixels, i * PIXELS));
  return images;
}
