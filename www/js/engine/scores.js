// How unusual pictures are to a model: −ELBO, the nats that it takes to describe them, beside those of test digits.

import { PIXELS } from './damage.js';

/** Pictures asked for at once, so that a drawing never waits long for the worker. */
const PORTION = 50;

/** @typedef {{ recon: Float32Array, kl: Float32Array, total: Float32Array }} Scores nats, n each */

/**
 * @param {import('./model.js').Model} model
 * @param {Float32Array} images n×784
 * @param {Uint8Array} labels n
 * @param {number} samples draws of z for each picture
 * @returns {Promise<Scores>}
 */
export async function scoresOf(model, images, labels, samples) {
  const count = images.length / PIXELS;
  const [recon, kl] = [new Float32Array(count), new Float32Array(count)];
  for (let from = 0; from < count; from += PORTION) {
    const to = Math.min(count, from + PORTION);
    const part = await model.elbo(images.slice(from * PIXELS, to * PIXELS), labels.slice(from, to), { samples, seed: 1 + from });
    recon.set(part.recon, from);
    kl.set(part.kl, from);
  }
  return { recon, kl, total: recon.map((nats, i) => nats + kl[i]) };
}

/**
 * @param {Float32Array} sorted ascending
 * @param {number} value
 * @returns {number} the share of them that is greater
 */
export function shareBeyond(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] > value) high = middle;
    else low = middle + 1;
  }
  return (sorted.length - low) / sorted.length;
}

/**
 * @param {Float32Array} sorted ascending
 * @param {number} share from 0 to 1
 * @returns {number} the value beyond which that share of them lies
 */
export function valueAt(sorted, share) {
  return sorted[Math.max(0, sorted.length - 1 - Math.round(share * sorted.length))];
}

/** A logarithmic axis: letters cost hundreds of nats, noise thousands. */
export class LogAxis {
  /**
   * @param {number} from above 0
   * @param {number} to
   */
  constructor(from, to) {
    this.from = from;
    this.to = Math.max(to, from * 1.01);
  }

  /** @param {number} value @returns {number} its place from 0 to 1; what lies beyond an end stands at that end */
  place(value) {
    return Math.min(1, Math.log(Math.max(value, this.from) / this.from) / Math.log(this.to / this.from));
  }

  /** @param {number} place @returns {number} */
  value(place) {
    return this.from * (this.to / this.from) ** place;
  }

  /** @returns {number[]} 1, 2 and 5 times powers of ten */
  ticks() {
    const found = [];
    for (let power = 10 ** Math.floor(Math.log10(this.from)); power <= this.to; power *= 10) {
      for (const lead of [1, 2, 5]) if (lead * power >= this.from && lead * power <= this.to) found.push(lead * power);
    }
    return found;
  }
}

/**
 * @param {Float32Array} values
 * @param {LogAxis} axis
 * @param {number} bins
 * @returns {Uint32Array} how many values lie in each of the axis's equal parts; those beyond its ends in the outermost
 */
export function histogram(values, axis, bins) {
  const counts = new Uint32Array(bins);
  for (const value of values) counts[Math.min(bins - 1, Math.max(0, Math.floor(axis.place(value) * bins)))]++;
  return counts;
}
