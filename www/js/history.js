// The loss curves: bounded however long a training runs.

/** @typedef {import('./api/types.js').Losses} Losses */

/** Points kept at most; beyond it neighbours are averaged in pairs. */
const CAPACITY = 1200;

/** What is kept of each point; `cost` is what the divergence costs in what is minimised: β·KL where that is the ELBO. */
const TERMS = /** @type {const} */ (['recon', 'kl', 'cost']);

/** @typedef {typeof TERMS[number]} Term */
/** @typedef {{ step: number[] } & Record<Term, number[]>} Series */

/** @returns {Series} */
function emptySeries() {
  return { step: [], recon: [], kl: [], cost: [] };
}

const emptyBucket = () => ({ n: 0, recon: 0, kl: 0, cost: 0 });

/** @param {Losses} losses @returns {Record<Term, number>} */
const termsOf = ({ loss, recon, kl }) => ({ recon, kl, cost: loss - recon });

/** Curves of −ELBO (recon + KL), reconstruction, KL and what KL costs over steps, for training steps and for held-out images. */
export class History {
  /** Steps averaged into one point. */
  stride = 1;
  train = emptySeries();
  test = emptySeries();
  bucket = emptyBucket();

  clear() {
    this.stride = 1;
    this.train = emptySeries();
    this.test = emptySeries();
    this.bucket = emptyBucket();
  }

  /**
   * @param {number} step
   * @param {Losses} losses those that are not finite are no point of a curve
   */
  addStep(step, losses) {
    const terms = termsOf(losses);
    if (!TERMS.every((term) => Number.isFinite(terms[term]))) return;
    const { bucket } = this;
    bucket.n += 1;
    for (const term of TERMS) bucket[term] += terms[term];
    if (bucket.n < this.stride) return;
    this.train.step.push(step);
    for (const term of TERMS) this.train[term].push(bucket[term] / bucket.n);
    this.bucket = emptyBucket();
    if (this.train.step.length >= CAPACITY) this.#halve();
  }

  /**
   * @param {number} step
   * @param {Losses} losses
   */
  addTest(step, losses) {
    const terms = termsOf(losses);
    this.test.step.push(step);
    for (const term of TERMS) this.test[term].push(terms[term]);
  }

  /**
   * Forgets what came after a step whose weights are back in place.
   * @param {number} step
   * @returns {{ train: Losses | null, test: Losses | null }} the losses that are the latest now
   */
  backTo(step) {
    this.bucket = emptyBucket();
    const [train, test] = [this.train, this.test].map((series) => {
      const kept = series.step.filter((at) => at <= step).length;
      for (const values of [series.step, ...TERMS.map((term) => series[term])]) values.length = kept;
      if (kept === 0) return null;
      const [recon, kl, cost] = TERMS.map((term) => series[term][kept - 1]);
      return { loss: recon + cost, recon, kl };
    });
    return { train, test };
  }

  #halve() {
    const { step } = this.train;
    const half = step.length >> 1;
    for (let i = 0; i < half; i++) {
      step[i] = step[2 * i + 1];
      for (const term of TERMS) this.train[term][i] = (this.train[term][2 * i] + this.train[term][2 * i + 1]) / 2;
    }
    for (const values of [step, ...TERMS.map((term) => this.train[term])]) values.length = half;
    this.stride *= 2;
  }

  /**
   * One table for a chart: a common axis of steps, null where a curve has no point.
   * @returns {(number | null)[][]} step, then −ELBO, recon, KL, cost of training, then of held-out images
   */
  table() {
    const { train, test } = this;
    /** @type {(number | null)[][]} */
    const rows = Array.from({ length: 9 }, () => []);
    let i = 0;
    let j = 0;
    while (i < train.step.length || j < test.step.length) {
      const step = Math.min(train.step[i] ?? Infinity, test.step[j] ?? Infinity);
      rows[0].push(step);
      i += appendPoint(rows, 1, train, i, step);
      j += appendPoint(rows, 5, test, j, step);
    }
    return rows;
  }
}

/**
 * @param {(number | null)[][]} rows
 * @param {number} first row of the four
 * @param {Series} series
 * @param {number} i
 * @param {number} step
 * @returns {number} points used: 1 where the series has one at this step
 */
function appendPoint(rows, first, series, i, step) {
  const here = series.step[i] === step;
  rows[first].push(here ? series.recon[i] + series.kl[i] : null);
  TERMS.forEach((term, t) => rows[first + 1 + t].push(here ? series[term][i] : null));
  return here ? 1 : 0;
}
