// jax-js, as its documentation trains: a whole step under `jit`, with Adam written out (its optimisers are not published).

import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, lax, tree, valueAndGrad } from '@jax-js/jax';
import { batches, tensor } from './problem.js';

const RATE = 1e-3;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** @typedef {Record<string, any>} Arrays */

const DENSE = Object.freeze({ fc1: [400, 784], fc21: [20, 400], fc22: [20, 400], fc3: [400, 20], fc4: [784, 400] });
const CONVOLUTIONAL = Object.freeze({
  'encoder.0': [32, 1, 4, 4], 'encoder.1': [64, 32, 4, 4], 'encoder.2': [256, 3136], mu: [16, 256], logvar: [16, 256],
  'decoder.0': [256, 16], 'decoder.1': [3136, 256], 'decoder.3': [64, 32, 4, 4], 'decoder.4': [32, 1, 4, 4],
});

const linear = (/** @type {Arrays} */ p, /** @type {string} */ name, /** @type {any} */ x) => np.dot(x, p[`${name}.weight`].ref.transpose()).add(p[`${name}.bias`].ref);

/** Every array is used up by what takes it, so the parameters are taken by reference and let go at the end. */
function dense(/** @type {Arrays} */ p, /** @type {any} */ x, /** @type {any} */ noise) {
  const hidden = nn.relu(linear(p, 'fc1', x));
  const [mu, logvar] = [linear(p, 'fc21', hidden.ref), linear(p, 'fc22', hidden)];
  const z = mu.ref.add(np.exp(logvar.ref.mul(0.5)).mul(noise));
  return { mu, logvar, logits: linear(p, 'fc4', nn.relu(linear(p, 'fc3', z))) };
}

function convolutional(/** @type {Arrays} */ p, /** @type {any} */ x, /** @type {any} */ noise) {
  const padding = [[1, 1], [1, 1]];
  const channels = (/** @type {string} */ name) => p[`${name}.bias`].ref.reshape([-1, 1, 1]);
  const conv = (/** @type {string} */ name, /** @type {any} */ maps) =>
    lax.convGeneralDilated(maps, p[`${name}.weight`].ref, [2, 2], /** @type {any} */ (padding)).add(channels(name));
  const transposed = (/** @type {string} */ name, /** @type {any} */ maps) =>
    lax.convTranspose(maps, p[`${name}.weight`].ref, [2, 2], /** @type {any} */ ([[2, 2], [2, 2]]), { transposeKernel: true }).add(channels(name));
  const n = x.shape[0];
  const maps = nn.relu(conv('encoder.1', nn.relu(conv('encoder.0', x.reshape([n, 1, 28, 28])))));
  const hidden = nn.relu(linear(p, 'encoder.2', maps.reshape([n, 3136])));
  const [mu, logvar] = [linear(p, 'mu', hidden.ref), linear(p, 'logvar', hidden)];
  const z = mu.ref.add(np.exp(logvar.ref.mul(0.5)).mul(noise));
  const small = nn.relu(linear(p, 'decoder.1', nn.relu(linear(p, 'decoder.0', z)))).reshape([n, 64, 7, 7]);
  return { mu, logvar, logits: transposed('decoder.4', nn.relu(transposed('decoder.3', small))).reshape([n, 784]) };
}

/** @param {{ device: string, model: string, batch: number }} options */
export async function prepare({ device, model, batch }) {
  const devices = await init();
  if (!devices.includes(/** @type {any} */ (device))) throw new Error(`jax-js has no device ${device}`);
  defaultDevice(/** @type {any} */ (device));
  const [shapes, network, latent] = model === 'dense-20' ? [DENSE, dense, 20] : [CONVOLUTIONAL, convolutional, 16];
  const loss = (/** @type {Arrays} */ p, /** @type {any} */ x, /** @type {any} */ key) => {
    const { mu, logvar, logits } = network(p, x.ref, random.normal(key, [batch, latent]));
    const recon = nn.softplus(logits.ref).sub(logits.mul(x)).sum();
    const kl = logvar.ref.add(1).sub(np.square(mu)).sub(np.exp(logvar)).sum().mul(-0.5);
    tree.dispose(p);
    return recon.add(kl).div(batch);
  };
  const step = jit((/** @type {any} */ { p, m, v, correction, key }, /** @type {any} */ x) => {
    const [cost, gradient] = /** @type {any} */ (valueAndGrad(loss))(tree.ref(p), x, key);
    const [c1, c2] = [correction.ref.slice(0), correction.slice(1)];
    const next = /** @type {{ p: Arrays, m: Arrays, v: Arrays }} */ ({ p: {}, m: {}, v: {} });
    for (const name of Object.keys(p)) {
      const g = gradient[name];
      next.m[name] = m[name].mul(BETA1).add(g.ref.mul(1 - BETA1));
      next.v[name] = v[name].mul(BETA2).add(np.square(g).mul(1 - BETA2));
      const change = next.m[name].ref.div(c1.ref).div(np.sqrt(next.v[name].ref.div(c2.ref)).add(EPSILON));
      next.p[name] = p[name].sub(change.mul(RATE));
    }
    c1.dispose();
    c2.dispose();
    return { ...next, cost };
  });

  const names = Object.entries(shapes).flatMap(([name, shape]) => {
    const outputs = /^decoder\.[34]$/.test(name) ? shape[1] : shape[0];
    return /** @type {[string, readonly number[]][]} */ ([[`${name}.weight`, shape], [`${name}.bias`, [outputs]]]);
  });
  const make = (/** @type {(name: string, shape: readonly number[]) => Float32Array} */ values) =>
    Object.fromEntries(names.map(([name, shape]) => [name, np.array(/** @type {any} */ (values(name, shape))).reshape([...shape])]));
  const zeros = () => make((_, shape) => new Float32Array(shape.reduce((product, length) => product * length, 1)));
  let state = { p: make(tensor), m: zeros(), v: zeros() };
  const data = batches(batch, 4).map((values) => np.array(/** @type {any} */ (values)).reshape([batch, 784]));
  let taken = 0;
  return {
    /** @param {number} steps @param {boolean} same batch each time @returns {Promise<number[]>} its losses, or the last one */
    async run(steps, same) {
      const losses = [];
      for (let i = 0; i < steps; i++) {
        taken++;
        const correction = np.array([1 - BETA1 ** taken, 1 - BETA2 ** taken]);
        const { cost, ...next } = /** @type {any} */ (step({ ...state, correction, key: random.key(taken) }, data[same ? 0 : i % data.length].ref));
        state = next;
        if (same || i === steps - 1) losses.push((await cost.data())[0]);
        else cost.dispose();
      }
      await blockUntilReady(tree.ref(state));
      return losses;
    },
  };
}
