// What half floats would cost in exactness: dense-20 as shipped, its weights moved off the grid of half floats, encodes and decodes
// MNIST's first test digits in f64, and with weights, activations and sums rounded to f16 one after the other.
// `node benches/half-floats.mjs IMAGES [COUNT]`, IMAGES being t10k-images-idx3-ubyte.

import { readFile } from 'node:fs/promises';

const PIXELS = 784;
/** Sums in f16 are emulated term by term, which takes long. */
const FEW = 20;

const [path, count = '200'] = process.argv.slice(2);
const file = await readFile(new URL('../pretrained/dense-20.safetensors', import.meta.url));
const images = await readFile(path);
const start = 8 + Number(file.readBigUInt64LE(0));
const header = JSON.parse(file.subarray(8, start).toString());

/** @param {number} half bits of an f16 */
function widen(half) {
  const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The nearest f16, of two the even one. @param {number} x */
function narrow(x) {
  if (x === 0) return 0;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -14) - 10);
  const [below, rest] = [Math.floor(x / unit), x / unit - Math.floor(x / unit)];
  return (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below) * unit;
}

let state = 1;
const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;

/** @typedef {Record<string, Float64Array>} Weights */
/** @type {Weights} */
const exact = {};
for (const [name, entry] of Object.entries(header)) {
  if (name === '__metadata__') continue;
  if (entry.dtype !== 'F16') throw new Error(`${name} is ${entry.dtype}, expected F16`);
  const part = file.subarray(start + entry.data_offsets[0], start + entry.data_offsets[1]);
  // A training leaves no weight on the grid that a checkpoint rounds to.
  exact[name] = Float64Array.from({ length: part.length / 2 }, (_, i) => widen(part.readUInt16LE(2 * i)) * (1 + (uniform() - 0.5) / 1024));
}
const halved = Object.fromEntries(Object.entries(exact).map(([name, values]) => [name, name.endsWith('weight') ? values.map(narrow) : values]));

/** @param {Weights} weights @param {string} name @param {Float64Array} x @param {{ activations: boolean, sums: boolean }} half */
function linear(weights, name, x, half) {
  const [weight, bias] = [weights[`${name}.weight`], weights[`${name}.bias`]];
  const terms = half.activations ? x.map(narrow) : x;
  return bias.map((b, row) => {
    let sum = 0;
    terms.forEach((term, k) => {
      const product = weight[row * terms.length + k] * term;
      sum = half.sums ? narrow(sum + narrow(product)) : sum + product;
    });
    return sum + b;
  });
}

/** @param {Weights} weights @param {Float64Array} x @param {{ activations: boolean, sums: boolean }} half */
function run(weights, x, half) {
  const relu = (/** @type {Float64Array} */ values) => values.map((value) => Math.max(value, 0));
  const mu = linear(weights, 'fc21', relu(linear(weights, 'fc1', x, half)), half);
  return { mu, logits: linear(weights, 'fc4', relu(linear(weights, 'fc3', mu, half)), half) };
}

/** −log p(x | logits), Bernoulli, in nats. @param {Float64Array} x @param {Float64Array} logits */
const loss = (x, logits) => x.reduce((sum, t, i) => sum + Math.max(logits[i], 0) - t * logits[i] + Math.log1p(Math.exp(-Math.abs(logits[i]))), 0);

/** The largest difference, relative to the largest value. @param {Float64Array} got @param {Float64Array} want */
const off = (got, want) => Math.max(...got.map((value, i) => Math.abs(value - want[i]))) / Math.max(...want.map(Math.abs));

for (const [what, half] of Object.entries({
  'weights': { activations: false, sums: false },
  'weights and activations': { activations: true, sums: false },
  'weights, activations and sums': { activations: true, sums: true },
})) {
  const digits = half.sums ? Math.min(FEW, Number(count)) : Number(count);
  const found = Array.from({ length: digits }, (_, i) => {
    const x = Float64Array.from(images.subarray(16 + PIXELS * i, 16 + PIXELS * (i + 1)), (byte) => byte / 255);
    const [want, got] = [run(exact, x, { activations: false, sums: false }), run(halved, x, half)];
    return { mu: off(got.mu, want.mu), logits: off(got.logits, want.logits), nats: Math.abs(loss(x, got.logits) - loss(x, want.logits)) };
  });
  const most = (/** @type {'mu' | 'logits' | 'nats'} */ key) => Math.max(...found.map((one) => one[key]));
  console.log(`${what} in f16, ${digits} digits: μ off by ${most('mu').toExponential(1)}, logits by ${most('logits').toExponential(1)}, the loss by at most ${most('nats').toFixed(3)} nats`);
}
