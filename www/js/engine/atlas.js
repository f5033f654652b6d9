// What the map shows: the test digits through the encoder, the decoded manifold, your digit's trail, and a record of them.

import { latest } from '../latest.js';
import { gridCodes } from '../map/manifold.js';
import { dimensionPlane, principalPlane, project, residual } from '../map/plane.js';
import { Recorder } from '../map/recorder.js';

/** While training, looking at the digits should not take longer than this. */
const SHARE_MS = 80;
const MOST_HALVINGS = 3;
/** Components of many dimensions take the engine longer than a drawing should wait; while training they are found this often. */
const MANY = 32;
const RARELY_MS = 1000;
const MOST_SNAPSHOTS = 60;
const LONGEST_TRAIL = 240;

/** @typedef {import('../store.js').State} State */

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {(thrown: unknown) => void} report
 */
export function atlas(vae, store, report) {
  /** @type {Recorder<import('../state/map.js').Snapshot>} */
  const snapshots = new Recorder(MOST_SNAPSHOTS);
  /** @type {Recorder<Float32Array>} */
  const trail = new Recorder(LONGEST_TRAIL);
  /** The digits as the worker knows them. @type {{ images: Float32Array, set: Promise<number> } | null} */
  let remembered = null;
  /** While training, the digits are halved so many times that those left can be looked at in time. */
  let halvings = 0;
  let componentsAt = -Infinity;
  /** What the manifold was last decoded for. @type {{ version: number, key: string, left: Float32Array } | null} */
  let decoded = null;

  /**
   * What a model could not answer because another took its place is asked again anyway.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T | null>} null where it failed
   */
  const quietly = async (work) => {
    const { spec } = vae;
    return work().catch((thrown) => {
      if (vae.spec === spec) report(thrown);
      return null;
    });
  };

  /** Encodes the digits, or while training as many of them as there is time for; null where the model changed meanwhile. */
  const encodeDigits = async () => {
    const { digits, spec, run } = store.state;
    if (!spec) return null;
    if (!digits) return { mu: new Float32Array(), logvar: new Float32Array() };
    if (remembered?.images !== digits.images) {
      const { images, labels } = digits;
      remembered = { images, set: vae.gallery.remember(images, { labels }) };
    }
    const n = digits.labels.length;
    const count = run === 'running' ? Math.ceil(n / 2 ** halvings) : n;
    const set = await remembered.set;
    const began = performance.now();
    const found = await vae.gallery.encode(set, { count });
    const took = performance.now() - began;
    // All points are of the same weights: fewer of them rather than some of long ago.
    if (took > SHARE_MS && run === 'running') halvings = Math.min(MOST_HALVINGS, halvings + 1);
    else if (took < SHARE_MS / 4) halvings = Math.max(0, halvings - 1);
    return store.state.spec === spec && found.mu.length === count * spec.latent ? found : null;
  };

  /** @param {Float32Array} mu */
  const planeOf = async (mu) => {
    const { spec, planeChoice, run } = store.state;
    const latent = spec?.latent ?? 0;
    const before = store.state.atlas?.plane ?? null;
    if (latent <= 2 || mu.length < 2 * latent) return dimensionPlane(latent, 0, 1);
    if (planeChoice.kind === 'dimensions' && Math.max(planeChoice.x, planeChoice.y) < latent) {
      return dimensionPlane(latent, planeChoice.x, planeChoice.y);
    }
    const busy = run === 'running' && latent > MANY;
    if (busy && before?.a.length === latent && performance.now() - componentsAt < RARELY_MS) return before;
    const { components } = await vae.measure.latentPca(mu);
    componentsAt = performance.now();
    return principalPlane(components, before);
  };

  /** @param {import('../map/plane.js').Plane} plane */
  const decodeManifold = async (plane) => {
    const { frame, mapGrid, z, spec, label, weightsVersion } = store.state;
    if (!frame || !spec || mapGrid === 'off' || plane.a.length !== spec.latent) return null;
    const left = residual(z, plane);
    const codes = gridCodes(frame, plane, left);
    if (codes.length === 0) return null;
    const labels = spec.classes ? new Uint8Array(codes.length / spec.latent).fill(label) : undefined;
    const pictures = await vae.gallery.decode(codes, { labels });
    decoded = { version: weightsVersion, key: keyOf(store.state, plane), left };
    const { width, height } = spec.input;
    return { frame, plane, pictures, width, height };
  };

  const survey = latest(async (/** @type {null} */ _) =>
    void await quietly(async () => {
      const found = await encodeDigits();
      if (!found) return;
      const { mu } = found;
      const plane = await planeOf(mu);
      const manifold = await decodeManifold(plane);
      if (store.state.spec?.latent !== plane.a.length) return;
      store.set({ atlas: { mu, kl: klOf(found, plane.a.length), plane, points: project(mu, plane) }, manifold });
      if (store.state.run === 'running') record();
    }),
  );

  /** The manifold alone: another view of the same points, or another plane through the code. */
  const ground = latest(async (/** @type {null} */ _) =>
    void await quietly(async () => {
      const { atlas: shown, z, weightsVersion } = store.state;
      if (!shown) return;
      const left = residual(z, shown.plane);
      const same = decoded?.version === weightsVersion && decoded.key === keyOf(store.state, shown.plane)
        && left.every((value, j) => Math.abs(value - (decoded?.left[j] ?? NaN)) < 1e-4);
      if (same) return;
      const manifold = await decodeManifold(shown.plane);
      if (store.state.atlas?.plane === shown.plane) store.set({ manifold });
    }),
  );

  const record = () => {
    const { step, train: losses, atlas: shown, manifold, mu, sigma, reconstruction, zSource, samples, planeChoice: choice } = store.state;
    // Weights may come before the word of their steps: two moments of one step would be no film.
    if (!shown || snapshots.entries.at(-1)?.step === step) return;
    snapshots.offer(() => ({
      step, losses, choice,
      // Of many dimensions the codes would fill the memory; their places on the plane are kept.
      atlas: shown.plane.a.length > MANY ? { ...shown, mu: new Float32Array() } : shown, manifold, mu, sigma, samples,
      reconstruction: zSource === 'mu' ? reconstruction : null,
    }));
    if (store.state.snapshots !== snapshots.entries) store.set({ snapshots: snapshots.entries });
  };

  /** @type {Float32Array | null} */
  let traced = null;
  store.watch(['mu', 'input'], ({ mu, input }) => {
    if (input !== traced) trail.clear();
    traced = input;
    if (mu) trail.offer(() => mu);
    if (store.state.trail !== trail.entries) store.set({ trail: trail.entries });
  });
  store.watch(['weightsVersion', 'digits', 'planeChoice', 'run'], ({ weightsVersion }) => {
    if (weightsVersion > 0) void survey(null);
  });
  store.watch(['frame', 'mapGrid', 'z', 'label'], () => void ground(null));

  return {
    /**
     * What an earlier look at the digits gave, until the engine has looked.
     * @param {import('../state/digits.js').Digits} digits
     * @param {{ mu: Float32Array, logvar: Float32Array }} known n×2 each: for more dimensions a plane would have to be found first
     */
    foresee(digits, known) {
      if (store.state.atlas || known.mu.length !== 2 * digits.labels.length) return;
      const plane = dimensionPlane(2, 0, 1);
      store.set({ digits, atlas: { mu: known.mu, kl: klOf(known, 2), plane, points: project(known.mu, plane) } });
    },

    /**
     * Small pictures of codes, as bytes; of a conditional model, in the drawing's class.
     * @param {Float32Array} z n×latent
     * @returns {Promise<Uint8Array | null>} n×pixels; null where it failed, which has been reported
     */
    decodeMany(z) {
      const { spec, label } = store.state;
      const labels = spec?.classes ? new Uint8Array(z.length / spec.latent).fill(label) : undefined;
      return quietly(() => vae.gallery.decode(z, { labels }));
    },

    /** Other weights: what led here is no longer true of them. */
    forget() {
      snapshots.clear();
      trail.clear();
      store.set({ snapshots: snapshots.entries, trail: trail.entries, replay: null });
    },
  };
}

/**
 * @param {Readonly<State>} state
 * @param {import('../map/plane.js').Plane} plane
 */
function keyOf({ frame, mapGrid, label }, plane) {
  return [mapGrid, label, ...Object.values(frame ?? {}), ...plane.a, ...plane.b].join();
}

/**
 * @param {{ mu: Float32Array, logvar: Float32Array }} posterior n×latent each
 * @param {number} latent
 * @returns {Float64Array} latent: KL(q(z|x) ‖ N(0, 1)) of each dimension in nats, a mean over the digits; empty without digits
 */
export function klOf({ mu, logvar }, latent) {
  const n = mu.length / latent;
  const kl = new Float64Array(n > 0 ? latent : 0);
  for (let i = 0; i < mu.length; i++) {
    kl[i % latent] += (mu[i] * mu[i] + Math.exp(logvar[i]) - 1 - logvar[i]) / (2 * n);
  }
  return kl;
}
