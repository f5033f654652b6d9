// Follows what goes on inside the model: activations of what is shown, weights of the unit looked at.

import { latest } from '../latest.js';
import { involved, picturesOf } from '../unit-weights.js';

/** Activations are for the eye: this often is enough, and leaves the worker to the drawing. */
const REST_MS = 30;

/** @typedef {import('../state/inside.js').Unit} Unit */

/**
 * @param {import('../api/vae.js').Vae} vae
 * @param {import('../store.js').Store} store
 * @param {(thrown: unknown) => void} report
 */
export function inside(vae, store, report) {
  /** Weights of the present version. @type {{ version: number, tensors: Map<string, Promise<import('../api/types.js').Tensor>> }} */
  let cache = { version: -1, tensors: new Map() };

  const quietly = (/** @type {() => Promise<void>} */ work) => work().catch((thrown) => {
    // The model was changed under the request; what belongs to the new one is on its way.
    if (thrown.code !== 'invalid-argument') report(thrown);
  });
  const labels = () => (store.state.spec?.classes ? Uint8Array.of(store.state.label) : undefined);

  const tensor = (/** @type {string} */ name) => {
    const { weightsVersion: version } = store.state;
    if (cache.version !== version) cache = { version, tensors: new Map() };
    const known = cache.tensors.get(name) ?? vae.inside.tensor(name);
    cache.tensors.set(name, known);
    return known;
  };

  const lookAtLayers = latest((/** @type {null} */ _) => quietly(async () => {
    store.set({ unit: null, layers: await vae.inside.layers() });
  }));

  const lookAtEncoder = latest((/** @type {null} */ _) => quietly(async () => {
    await rest();
    const { input } = store.state;
    store.set({ encoderLayers: input ? await vae.inside.encoderLayers(input, { labels: labels() }) : [] });
  }));

  const lookAtDecoder = latest((/** @type {null} */ _) => quietly(async () => {
    await rest();
    const { z, spec } = store.state;
    const known = z !== null && z.length === spec?.latent;
    store.set({ decoderLayers: known ? await vae.inside.decoderLayers(z, { labels: labels() }) : [] });
  }));

  const lookAtUnit = latest((/** @type {null} */ _) => quietly(async () => {
    const { unit, layers } = store.state;
    if (!unit || !layers[unit.layer]) return store.set({ unitWeights: null });
    // The first name alone: the heads, which have two, have no units in the diagram.
    const tensors = await Promise.all(involved(layers, unit.layer).map((i) => tensor(layers[i].weights[0])));
    if (store.state.unit !== unit || store.state.layers !== layers) return;
    store.set({ unitWeights: { unit, pictures: picturesOf(layers, unit.layer, unit.unit, tensors) } });
  }));

  store.watch(['spec'], ({ spec }) => void (spec && lookAtLayers(null)));
  store.watch(['input', 'weightsVersion', 'label'], () => void lookAtEncoder(null));
  store.watch(['z', 'weightsVersion', 'label'], () => void lookAtDecoder(null));
  store.watch(['unit', 'weightsVersion'], () => void lookAtUnit(null));

  return {
    /** @param {Unit | null} unit to look at closely */
    lookAt(unit) {
      store.set({ unit });
    },
  };
}

function rest() {
  return new Promise((resolve) => setTimeout(resolve, REST_MS));
}
