// Scores beside those of test digits: shares, thresholds, histogram.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogAxis, histogram, scoresOf, shareBeyond, valueAt } from '../../www/js/engine/scores.js';

const sorted = Float32Array.from({ length: 100 }, (_, i) => i + 1);

test('the share beyond a value counts what is greater, not what is equal', () => {
  assert.equal(shareBeyond(sorted, 0), 1);
  assert.equal(shareBeyond(sorted, 95), 0.05);
  assert.equal(shareBeyond(sorted, 94.5), 0.06);
  assert.equal(shareBeyond(sorted, 100), 0);
  assert.equal(shareBeyond(Float32Array.of(1, 2, 2, 2, 3), 2), 0.2);
});

test('a share of the values lies beyond the value at that share', () => {
  for (const share of [0, 0.01, 0.05, 0.5, 0.99]) assert.equal(shareBeyond(sorted, valueAt(sorted, share)), share);
  assert.equal(valueAt(sorted, 1), 1);
});

test('a logarithmic axis places, and what lies beyond its ends stands at them', () => {
  const axis = new LogAxis(10, 1000);
  assert.equal(axis.place(100), 0.5);
  assert.ok(Math.abs(axis.value(0.5) - 100) < 1e-9);
  assert.deepEqual([axis.place(1), axis.place(5000)], [0, 1]);
  assert.deepEqual(axis.ticks(), [10, 20, 50, 100, 200, 500, 1000]);
});

test('a histogram counts every value once', () => {
  const counts = histogram(Float32Array.of(1, 10, 11, 99, 101, 999, 1e6), new LogAxis(10, 1000), 2);
  assert.deepEqual([...counts], [4, 3]);
});

test('many pictures are scored in portions, each in its place', async () => {
  const portions = /** @type {number[]} */ ([]);
  const model = /** @type {import('../../www/js/engine/model.js').Model} */ (/** @type {unknown} */ ({
    elbo: async (/** @type {Float32Array} */ images, /** @type {Uint8Array} */ labels) => {
      portions.push(labels.length);
      return { recon: Float32Array.from(labels, (_, i) => images[784 * i]), kl: Float32Array.from(labels) };
    },
  }));
  const images = Float32Array.from({ length: 784 * 120 }, (_, i) => Math.floor(i / 784));
  const { recon, kl, total } = await scoresOf(model, images, Uint8Array.from({ length: 120 }, (_, i) => i % 10), 3);
  assert.ok(portions.length > 1);
  assert.deepEqual([recon[0], recon[77], recon[119]], [0, 77, 119]);
  assert.deepEqual([kl[77], total[77]], [7, 84]);
});
