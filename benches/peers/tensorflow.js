// TensorFlow.js, as its guides train: variables, `optimizer.minimize`, the loss read at the end.

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { batches, tensor } from './problem.js';

/** From PyTorch's order of axes to this library's: linear weights in×out, convolutions height×width×in×out. */
const variable = (/** @type {string} */ name, /** @type {number[]} */ shape, /** @type {number[]} */ order) =>
  tf.variable(tf.transpose(tf.tensor(tensor(name, shape), shape), order));
const bias = (/** @type {string} */ name, /** @type {number} */ size) => tf.variable(tf.tensor1d(tensor(name, [size])));

function dense() {
  const linear = (/** @type {string} */ name, /** @type {number} */ inputs, /** @type {number} */ outputs) => {
    const [w, b] = [variable(`${name}.weight`, [outputs, inputs], [1, 0]), bias(`${name}.bias`, outputs)];
    return (/** @type {tf.Tensor2D} */ x) => tf.add(tf.matMul(x, /** @type {tf.Tensor2D} */ (w)), b);
  };
  const [fc1, fc21, fc22] = [linear('fc1', 784, 400), linear('fc21', 400, 20), linear('fc22', 400, 20)];
  const [fc3, fc4] = [linear('fc3', 20, 400), linear('fc4', 400, 784)];
  return {
    encode(/** @type {tf.Tensor2D} */ x) {
      const hidden = /** @type {tf.Tensor2D} */ (tf.relu(fc1(x)));
      return [fc21(hidden), fc22(hidden)];
    },
    decode: (/** @type {tf.Tensor2D} */ z) => fc4(/** @type {tf.Tensor2D} */ (tf.relu(fc3(z)))),
  };
}

function convolutional() {
  /** Flattened pixels lie channel by channel in PyTorch, pixel by pixel here. */
  const flat = (/** @type {string} */ name, /** @type {number[]} */ shape, /** @type {boolean} */ inputs) => {
    const values = tf.tensor(tensor(name, shape), shape);
    if (shape.length === 1) return tf.variable(tf.reshape(tf.transpose(tf.reshape(values, [64, 49]), [1, 0]), [3136]));
    const apart = inputs ? tf.reshape(values, [shape[0], 64, 49]) : tf.reshape(values, [64, 49, shape[1]]);
    const joined = inputs ? tf.reshape(tf.transpose(apart, [0, 2, 1]), shape) : tf.reshape(tf.transpose(apart, [1, 0, 2]), shape);
    return tf.variable(tf.transpose(joined, [1, 0]));
  };
  const linear = (/** @type {string} */ name, /** @type {number} */ inputs, /** @type {number} */ outputs) => {
    const special = inputs === 3136 || outputs === 3136;
    const w = special ? flat(`${name}.weight`, [outputs, inputs], inputs === 3136) : variable(`${name}.weight`, [outputs, inputs], [1, 0]);
    const b = outputs === 3136 ? flat(`${name}.bias`, [3136], false) : bias(`${name}.bias`, outputs);
    return (/** @type {tf.Tensor} */ x) => tf.add(tf.matMul(x, w), b);
  };
  const kernel = (/** @type {string} */ name, /** @type {number} */ first, /** @type {number} */ second) => variable(name, [first, second, 4, 4], [2, 3, 1, 0]);
  const [k0, b0, k1, b1] = [kernel('encoder.0.weight', 32, 1), bias('encoder.0.bias', 32), kernel('encoder.1.weight', 64, 32), bias('encoder.1.bias', 64)];
  const [fc, mu, logvar] = [linear('encoder.2', 3136, 256), linear('mu', 256, 16), linear('logvar', 256, 16)];
  const [d0, d1] = [linear('decoder.0', 16, 256), linear('decoder.1', 256, 3136)];
  const [k3, b3, k4, b4] = [kernel('decoder.3.weight', 64, 32), bias('decoder.3.bias', 32), kernel('decoder.4.weight', 32, 1), bias('decoder.4.bias', 1)];
  const conv = (/** @type {any} */ x, /** @type {any} */ k, /** @type {tf.Tensor} */ b) => tf.relu(tf.add(tf.conv2d(x, k, 2, 1), b));
  return {
    encode(/** @type {tf.Tensor2D} */ x) {
      const maps = conv(conv(tf.reshape(x, [-1, 28, 28, 1]), k0, b0), k1, b1);
      const hidden = tf.relu(fc(tf.reshape(maps, [-1, 3136])));
      return [mu(hidden), logvar(hidden)];
    },
    decode(/** @type {tf.Tensor2D} */ z) {
      const n = z.shape[0];
      const maps = /** @type {any} */ (tf.reshape(tf.relu(d1(tf.relu(d0(z)))), [n, 7, 7, 64]));
      const larger = tf.relu(tf.add(tf.conv2dTranspose(maps, /** @type {any} */ (k3), [n, 14, 14, 32], 2, 1), b3));
      const whole = tf.add(tf.conv2dTranspose(/** @type {any} */ (larger), /** @type {any} */ (k4), [n, 28, 28, 1], 2, 1), b4);
      return tf.reshape(whole, [n, 784]);
    },
  };
}

/** @param {{ device: string, model: string, batch: number, wasmPath: string }} options */
export async function prepare({ device, model, batch, wasmPath }) {
  setWasmPaths(wasmPath);
  if (!(await tf.setBackend(device))) throw new Error(`TensorFlow.js has no backend ${device}`);
  await tf.ready();
  const { encode, decode } = model === 'dense-20' ? dense() : convolutional();
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  const data = batches(batch, 4).map((values) => tf.tensor2d(values, [batch, 784]));
  const loss = (/** @type {tf.Tensor2D} */ x) => {
    const [mu, logvar] = encode(x);
    const noise = tf.randomNormal(mu.shape);
    const z = tf.add(mu, tf.mul(tf.exp(tf.mul(logvar, 0.5)), noise));
    const recon = tf.losses.sigmoidCrossEntropy(x, decode(/** @type {tf.Tensor2D} */ (z)), undefined, 0, tf.Reduction.SUM);
    const kl = tf.mul(-0.5, tf.sum(tf.sub(tf.sub(tf.add(1, logvar), tf.square(mu)), tf.exp(logvar))));
    return /** @type {tf.Scalar} */ (tf.div(tf.add(recon, kl), batch));
  };
  return {
    /** @param {number} steps @param {boolean} same batch each time @returns {Promise<number[]>} its losses, or the last one */
    async run(steps, same) {
      const losses = [];
      for (let i = 0; i < steps; i++) {
        const last = i === steps - 1;
        const cost = optimizer.minimize(() => loss(data[same ? 0 : i % data.length]), same || last);
        if (cost) losses.push((await cost.data())[0]);
        cost?.dispose();
      }
      return losses;
    },
  };
}
