// What damage does to pictures, and the gradient that undoes it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRENGTHS, blur, damage, hide, pool, psnr, withoutRows } from '../../www/js/engine/damage.js';
import { descent, misfit, pulledBack } from '../../www/js/engine/descent.js';
import { normals, uniforms } from '../../www/js/engine/noise.js';

const dot = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const picture = (/** @type {number} */ seed) => Float32Array.from(uniforms(seed, 784));

test('⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for every operator', () => {
  for (const operator of [blur(0.7), blur(3), pool(2), pool(4), pool(7), hide(withoutRows(11))]) {
    const x = normals(1, 784);
    const y = normals(2, operator.forward(x).length);
    const [left, right] = [dot(operator.forward(x), y), dot(x, operator.adjoint(y))];
    assert.ok(Math.abs(left - right) < 1e-3, `${left} and ${right}`);
    assert.ok(Math.abs(left) > 1e-2, 'something is compared');
  }
});

test('a blur keeps a flat middle flat and spreads a point; a thumbnail holds means', () => {
  const flat = blur(1).forward(new Float32Array(784).fill(1));
  assert.ok(Math.abs(flat[14 * 28 + 14] - 1) < 1e-5);
  const point = new Float32Array(784);
  point[14 * 28 + 14] = 1;
  const spread = blur(1).forward(point);
  assert.ok(spread[14 * 28 + 14] < 0.2 && spread[14 * 28 + 15] > 0.05);
  assert.ok(Math.abs(spread[14 * 28 + 15] - spread[15 * 28 + 14]) < 1e-6);
  const small = pool(4).forward(point);
  assert.equal(small.length, 49);
  assert.equal(small[3 * 7 + 3], 1 / 16);
});

test('every kind leaves pixels that can be shown, and observes what it says', () => {
  const x = picture(3);
  for (const kind of /** @type {const} */ (['noise', 'blur', 'hole', 'thumbnail'])) {
    const { initial } = STRENGTHS[kind];
    const { shown, observed, operator } = damage(x, kind, initial, { seed: 4, mask: withoutRows(13) });
    assert.equal(shown.length, 784);
    assert.ok(shown.every((value) => value >= 0 && value <= 1 + 1e-6), kind);
    if (kind === 'noise') assert.ok(Math.abs(psnr(observed, x) - -20 * Math.log10(initial)) < 0.5);
    else assert.deepEqual(observed, operator.forward(x));
  }
});

test('PSNR is −10 log₁₀ MSE', () => {
  assert.ok(Math.abs(psnr(new Float32Array(784), new Float32Array(784).fill(0.1)) - 20) < 1e-4);
  assert.equal(psnr(picture(1), picture(1)), Infinity);
});

test('the misfit’s gradient is what differences say', () => {
  const problem = damage(picture(5), 'blur', 1.5, { seed: 1, mask: withoutRows(0) });
  const at = picture(6);
  const direction = normals(7, 784);
  const { gradient } = misfit(problem, at);
  const moved = (/** @type {number} */ h) => misfit(problem, at.map((value, i) => value + h * direction[i])).energy;
  const slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
  assert.ok(Math.abs(slope - dot(gradient, direction)) < 1e-3 * Math.abs(slope), `${slope} and ${dot(gradient, direction)}`);
});

/** A decoder of one layer, with the engine's meaning of `latentGradient`. */
function toyModel(/** @type {'bernoulli' | 'gaussian'} */ type) {
  const latent = 3;
  const weight = normals(11, 784 * latent).map((value) => value / 2);
  /** @type {import('../../www/js/api/types.js').VaeSpec['likelihood']} */
  const likelihood = type === 'bernoulli' ? { type } : { type, sigma: 0.5 };
  const mean = (/** @type {number} */ sum) => (type === 'bernoulli' ? 1 / (1 + Math.exp(-sum)) : sum);
  const row = (/** @type {Float32Array} */ z, /** @type {number} */ n) =>
    Float32Array.from({ length: 784 }, (_, i) => mean(z[3 * n] * weight[3 * i] + z[3 * n + 1] * weight[3 * i + 1] + z[3 * n + 2] * weight[3 * i + 2]));
  const rows = (/** @type {Float32Array} */ z) => Array.from({ length: z.length / latent }, (_, n) => row(z, n));
  const model = {
    spec: { latent, likelihood },
    decode: async (/** @type {Float32Array} */ z) => Float32Array.from(rows(z).flatMap((one) => [...one])),
    async latentGradient(/** @type {Float32Array} */ z, /** @type {Float32Array} */ images, /** @type {Float32Array} */ mask) {
      assert.ok(images.every((value) => value >= 0 && value <= 1), 'targets are pictures');
      const scale = likelihood.type === 'bernoulli' ? 1 : 1 / likelihood.sigma ** 2;
      const dz = new Float32Array(z.length);
      const recon = new Float32Array(z.length / latent);
      rows(z).forEach((one, n) =>
        one.forEach((value, i) => {
          const at = 784 * n + i;
          recon[n] += mask[at] * (type === 'bernoulli' ? -images[at] * Math.log(value) - (1 - images[at]) * Math.log(1 - value) : 0);
          for (let j = 0; j < 3; j++) dz[3 * n + j] += scale * mask[at] * (value - images[at]) * weight[3 * i + j];
        }),
      );
      return { recon, dz };
    },
  };
  return { model: /** @type {import('../../www/js/engine/model.js').Model} */ (/** @type {unknown} */ (model)), likelihood };
}

test('latentGradient, asked cleverly, gives Jᵀ g of either likelihood', async () => {
  for (const type of /** @type {const} */ (['bernoulli', 'gaussian'])) {
    const { model, likelihood } = toyModel(type);
    const [z, gradient, direction] = [normals(1, 3), normals(2, 784), normals(3, 3)];
    const pictures = await model.decode(z, new Uint8Array(1));
    const { targets, weights } = pulledBack(gradient, pictures, likelihood);
    const { dz } = await model.latentGradient(z, targets, weights, new Uint8Array(1));
    const ahead = await model.decode(z.map((value, j) => value + 1e-3 * direction[j]), new Uint8Array(1));
    const behind = await model.decode(z.map((value, j) => value - 1e-3 * direction[j]), new Uint8Array(1));
    const slope = dot(ahead.map((value, i) => (value - behind[i]) / 2e-3), gradient);
    assert.ok(Math.abs(slope - dot(dz, direction)) < 0.01 * Math.abs(slope) + 0.02, `${type}: ${slope} and ${dot(dz, direction)}`);
  }
});

test('the descent finds the code that made the picture, from every kind of damage', async () => {
  const { model } = toyModel('bernoulli');
  const truth = Float32Array.of(0.8, -0.5, 0.3);
  const original = await model.decode(truth, new Uint8Array(1));
  for (const kind of /** @type {const} */ (['noise', 'blur', 'hole', 'thumbnail'])) {
    const problem = damage(original, kind, STRENGTHS[kind].initial, { seed: 8, mask: withoutRows(13) });
    const search = descent(model, problem, { z: new Float32Array(6), label: 0, prior: true });
    const first = await search.next();
    assert.equal(first.step, 0);
    let last = first;
    for (let i = 0; i < 120; i++) last = await search.next();
    assert.equal(last.step, 120);
    assert.ok(last.energies[last.best] < first.energies[first.best], kind);
    const found = search.code(last.best);
    assert.ok(found.every((value, j) => Math.abs(value - truth[j]) < 0.35), `${kind}: ${found}`);
  }
});
