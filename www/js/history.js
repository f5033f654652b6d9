// The loss curves: bounded however long a training runs.

/** @typedef {import('./api/types.js').Losses} Losses */

/** Points kept at most; beyond it neighbours are averaged in pairs. */
const CAPACITY = 1200;

/** @typedef {{ step: number[], recon: number[], kl: number[] }} Series */

/** @returns {Series} */
function emptySeries() {
  return { step: [], recon: [], kl: [] };
}

/** Curves of −ELBO (recon + KL), reconstruction and KL over steps, for training steps and for held-out images. */
export class History {
  /** Steps averaged into one point. */
  stride = 1;
  train = emptySeries();
  test = emptySeries();
  bucket = { n: 0, recon: 0, kl: 0 };

  clear() {
    this.stride = 1;
    this.train = emptySeries();
    this.test = emptySeries();
    this.bucket = { n: 0, recon: 0, kl: 0 };
  }

  /**
   * @param {number} step
   * @param {Losses} losses
   */
  addStep(step, { recon, kl }) {
    const { bucket } = this;
    bucket.n += 1;
    bucket.recon += recon;
    bucket.kl += kl;
    if (bucket.n < this.stride) return;
    this.train.step.push(step);
    this.train.recon.push(bucket.recon / bucket.n);
    this.train.kl.push(bucket.kl / bucket.n);
    this.bucket = { n: 0, recon: 0, kl: 0 };
    if (this.train.step.length >= CAPACITY) this.#halve();
  }

  /**
   * @param {number} step
   * @param {Losses} losses
   */
  addTest(step, { recon, kl }) {
    this.test.step.push(step);
    this.test.recon.push(recon);
    this.test.kl.push(kl);
  }

  /**
   * Forgets what came after a step whose weights are back in place.
   * @param {number} step
   * @returns {{ train: Losses | null, test: Losses | null }} the losses that are the latest now
   */
  backTo(step) {
    this.bucket = { n: 0, recon: 0, kl: 0 };
    const [train, test] = [this.train, this.test].map((series) => {
      const kept = series.step.filter((at) => at <= step).length;
      for (const values of [series.step, series.recon, series.kl]) values.length = kept;
      if (kept === 0) return null;
      const [recon, kl] = [series.recon[kept - 1], series.kl[kept - 1]];
      return { loss: recon + kl, recon, kl };
    });
    return { train, test };
  }

  #halve() {
    const { step, recon, kl } = this.train;
    const half = step.length >> 1;
    for (let i = 0; i < half; i++) {
      step[i] = step[2 * i + 1];
      recon[i] = (recon[2 * i] + recon[2 * i + 1]) / 2;
      kl[i] = (kl[2 * i] + kl[2 * i + 1]) / 2;
    }
    step.length = recon.length = kl.length = half;
    this.stride *= 2;
  }

  /**
   * One table for a chart: a common axis of steps, null where a curve has no point.
   * @returns {(number | null)[][]} step, −ELBO, recon, KL of training, then of held-out images
   */
  table() {
    const { train, test } = this;
    /** @type {(number | null)[][]} */
    const rows = Array.from({ length: 7 }, () => []);
    let i = 0;
    let j = 0;
    while (i < train.step.length || j < test.step.length) {
      const step = Math.min(train.step[i] ?? Infinity, test.step[j] ?? Infinity);
      rows[0].push(step);
      i += appendPoint(rows, 1, train, i, step);
      j += appendPoint(rows, 4, test, j, step);
    }
    return rows;
  }
}

/**
 * @param {(number | null)[][]} rows
 * @param {number} first row of the three
 * @param {Series} series
 * @param {number} i
 * @param {number} step
 * @returns {number} points used: 1 where the series has one at this step
 */
function appendPoint(rows, first, series, i, step) {
  const here = series.step[i] === step;
  rows[first].push(here ? series.recon[i] + series.kl[i] : null);
  rows[first + 1].push(here ? series.recon[i] : null);
  rows[first + 2].push(here ? series.kl[i] : null);
  return here ? 1 : 0;
}
