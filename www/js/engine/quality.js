// Follows how well the model explains the drawing, and how well it explains the page's test digits.

import { latest } from '../latest.js';

/** The drawing's numbers follow the hand this often, a yardstick this long after it was needed. */
const TERMS_MS = 80;
const YARDSTICK_MS = 400;
/** While training a yardstick is taken this often, from fewer digits. */
const TRAINING_MS = 3000;
const FEWER = 200;

/** Draws of z for the drawing; for the many test digits one is enough. */
const DRAWS = 4;

/** Test digits in one request: a drawing waits no longer than for these. */
const AT_ONCE = 50;

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {(thrown: unknown) => void} report
 */
export function quality(vae, store, report) {
  const quietly = (/** @type {() => Promise<void>} */ work) => work().catch((thrown) => {
    // The model was changed under the request; the new one's numbers are on their way.
    if (thrown.code !== 'invalid-argument') report(thrown);
  });

  const terms = latest((/** @type {null} */ _) => quietly(async () => {
    await rest(TERMS_MS);
    const { input, spec, label } = store.state;
    if (!input || !spec) return store.set({ terms: null });
    const { recon, kl } = await vae.elbo(input, { samples: DRAWS, seed: 1, labels: spec.classes ? [label] : undefined });
    if (store.state.input === input) store.set({ terms: { recon: recon[0], kl: kl[0] } });
  }));

  /** What the present yardstick was taken with. */
  let taken = { version: -1, digits: 0 };

  const yardstick = latest((/** @type {null} */ _) => quietly(async () => {
    const training = store.state.run === 'running';
    await rest(training ? TRAINING_MS : YARDSTICK_MS);
    const { digits, spec, weightsVersion } = store.state;
    if (!digits || !spec) return;
    const n = training ? FEWER : digits.labels.length;
    if (taken.version === weightsVersion && taken.digits >= n) return;
    const elbo = new Float64Array(n);
    for (let first = 0; first < n; first += AT_ONCE) {
      const end = Math.min(n, first + AT_ONCE);
      const labels = spec.classes ? digits.labels.slice(first, end) : undefined;
      const { recon, kl } = await vae.elbo(digits.images.subarray(first * 784, end * 784), { seed: 1, labels });
      recon.forEach((value, i) => (elbo[first + i] = -value - kl[i]));
      // Other weights at rest: they have asked already. While training they are other weights all the time.
      if (!training && store.state.weightsVersion !== weightsVersion) return;
    }
    if (store.state.spec !== spec) return;
    taken = { version: weightsVersion, digits: n };
    store.set({ usual: elbo.sort() });
  }));

  store.watch(['input', 'weightsVersion', 'label'], () => void terms(null));
  store.watch(['weightsVersion', 'digits', 'run'], () => void yardstick(null));
  store.watch(['spec'], () => store.set({ usual: null }));
}

/** @param {number} ms */
function rest(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
