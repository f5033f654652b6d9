// Layers as blocks, units' weights as pictures, wires, and what a reconstruction costs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockOf, cellOf, layOut, neighbour, reach, unitAt } from '../../www/js/block.js';
import { bitsPerDimension, histogram, rankOf, reconstructionLoss } from '../../www/js/quality.js';
import { involved, picturesOf } from '../../www/js/unit-weights.js';
import { wirePath } from '../../www/js/wire-geometry.js';

/** @typedef {import('../../www/js/api/types.js').LayerInfo} LayerInfo */

const flat = (/** @type {number} */ channels) => ({ channels, height: 1, width: 1 });

/**
 * @param {'encoder' | 'decoder'} half
 * @param {LayerInfo['kind']} kind
 * @param {import('../../www/js/api/types.js').ImageShape} input
 * @param {import('../../www/js/api/types.js').ImageShape} output
 * @returns {LayerInfo}
 */
const layer = (half, kind, input, output) => ({ half, kind, weights: ['w'], input, output, activation: 'relu' });

test('a block holds every unit once, whatever their number', () => {
  for (const units of [1, 2, 7, 16, 100, 128, 400, 500, 512, 784]) {
    const block = blockOf(flat(units));
    assert.ok(block.columns * block.rows >= units && block.columns * (block.rows - 1) < units, `${units}`);
    assert.ok(block.width <= block.height, `${units} units: ${block.width}×${block.height}`);
    const seen = new Set(Array.from({ length: units }, (_, unit) => JSON.stringify(cellOf(block, unit))));
    assert.equal(seen.size, units);
  }
  assert.deepEqual([blockOf(flat(512)).columns, blockOf(flat(512)).rows], [16, 32]);
});

test('a point of a block belongs to the unit drawn there', () => {
  for (const shape of [flat(400), flat(7), { channels: 32, height: 14, width: 14 }, { channels: 6, height: 3, width: 5 }]) {
    const block = blockOf(shape);
    for (let unit = 0; unit < block.units; unit++) {
      const { x, y } = cellOf(block, unit);
      assert.equal(unitAt(block, (x + block.cellWidth / 2) / block.width, (y + block.cellHeight / 2) / block.height), unit);
    }
    assert.equal(unitAt(block, -1, -1), 0);
    assert.equal(unitAt(block, 2, 2), block.units - 1);
  }
});

test('arrow keys go from unit to unit and stop at the edge', () => {
  const block = blockOf(flat(512));
  assert.equal(neighbour(block, 5, 'ArrowRight'), 6);
  assert.equal(neighbour(block, 5, 'ArrowDown'), 5 + block.columns);
  assert.equal(neighbour(block, 5, 'ArrowUp'), 5);
  assert.equal(neighbour(block, 5, 'End'), 511);
  assert.equal(neighbour(block, 5, 'a'), null);
});

test('channels are laid out as pictures with gaps between them', () => {
  const block = blockOf({ channels: 2, height: 2, width: 2 });
  const picture = layOut(block, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual([block.width, block.height], [2, 5]);
  assert.deepEqual([...picture], [1, 2, 3, 4, 0, 0, 5, 6, 7, 8]);
  assert.equal(reach(picture), 8);
  assert.equal(reach([0, 0]), 1);
});

test('an encoder unit shows its row; behind another product also what it sums up in the pixels', () => {
  const layers = [layer('encoder', 'linear', flat(784), flat(2)), layer('encoder', 'linear', flat(2), flat(3)), layer('encoder', 'linear', flat(3), flat(4)), layer('decoder', 'linear', flat(2), flat(784))];
  const first = { shape: [2, 784], values: Float32Array.from({ length: 1568 }, (_, i) => (i < 784 ? i : 1)) };
  const second = { shape: [3, 2], values: Float32Array.of(1, 0, 0, 1, 2, 3) };
  assert.deepEqual(involved(layers, 0), [0]);
  const [own, ...more] = picturesOf(layers, 0, 0, [first]);
  assert.deepEqual([own.kind, own.width, own.values[783], more.length], ['pixels', 28, 783, 0]);
  assert.deepEqual(involved(layers, 1), [1, 0]);
  const [near, pixels] = picturesOf(layers, 1, 2, [second, first]);
  assert.deepEqual([near.kind, [...near.values]], ['near', [2, 3]]);
  assert.equal(pixels.values[100], 2 * 100 + 3 * 1);
});

test('a decoder unit shows what it gives to the next layer, and what of it reaches the pixels', () => {
  const layers = [layer('encoder', 'linear', flat(784), flat(4)), layer('decoder', 'linear', flat(2), flat(2)), layer('decoder', 'linear', flat(2), flat(3)), layer('decoder', 'linear', flat(3), flat(784))];
  const middle = { shape: [3, 2], values: Float32Array.of(1, 4, 2, 5, 3, 6) };
  const last = { shape: [784, 3], values: Float32Array.from({ length: 2352 }, (_, i) => (i % 3 === 0 ? 1 : 0.5)) };
  assert.deepEqual(involved(layers, 1), [2, 3]);
  const [near, pixels] = picturesOf(layers, 1, 1, [middle, last]);
  assert.deepEqual([...near.values], [4, 5, 6]);
  assert.equal(pixels.values[0], 4 + 2.5 + 3);
  assert.deepEqual(involved(layers, 2), [3]);
  const [painted] = picturesOf(layers, 2, 0, [last]);
  assert.deepEqual([painted.kind, painted.values[5]], ['pixels', 1]);
});

test('a channel shows its kernels, in a convolution and in its transpose', () => {
  const image = (/** @type {number} */ channels) => ({ channels, height: 4, width: 4 });
  const layers = [layer('encoder', 'conv2d', image(1), image(3)), layer('decoder', 'linear', flat(2), flat(32)), layer('decoder', 'conv_transpose2d', image(2), image(1))];
  const tensor = (/** @type {number} */ small) => ({ shape: [small, 1, 2, 2], values: Float32Array.from({ length: small * 4 }, (_, i) => i) });
  assert.deepEqual([...picturesOf(layers, 0, 1, [tensor(3)])[0].values], [4, 5, 6, 7]);
  // Unit 20 of 32 stands in the second of two planes of 16.
  assert.deepEqual(picturesOf(layers, 1, 20, [tensor(2)]).map(({ kind, values }) => [kind, ...values]), [['kernels', 4, 5, 6, 7]]);
});

test('a wire leaves on the right and arrives on the left, or goes down where parts are stacked', () => {
  const box = (/** @type {number} */ left, /** @type {number} */ top) => ({ left, top, right: left + 10, bottom: top + 20 });
  assert.equal(wirePath(box(0, 0), box(30, 40)), 'M10 10C20 10 20 50 30 50');
  assert.equal(wirePath(box(0, 0), box(4, 40)), 'M7 20C7 30 7 30 7 40');
  assert.equal(wirePath(box(0, 0), box(2, 5)), null);
});

test('the reconstruction costs what the likelihood says', () => {
  const x = Float32Array.of(1, 0, 0.5);
  assert.ok(Math.abs(reconstructionLoss(x, Float32Array.of(0.5, 0.5, 0.5), { type: 'bernoulli' }) - 3 * Math.LN2) < 1e-6);
  assert.ok(Number.isFinite(reconstructionLoss(x, Float32Array.of(0, 1, 0), { type: 'bernoulli' })));
  const gaussian = reconstructionLoss(x, Float32Array.of(0, 0, 0.5), { type: 'gaussian', sigma: 0.5 });
  assert.ok(Math.abs(gaussian - (1 / 0.5 + 1.5 * Math.log(2 * Math.PI * 0.25))) < 1e-6);
  assert.ok(Math.abs(bitsPerDimension(-784 * Math.LN2, 784) - 1) < 1e-12);
});

test('a rank is the share below; the histogram holds every value', () => {
  const sorted = Float64Array.from({ length: 100 }, (_, i) => i);
  assert.equal(rankOf(sorted, 25), 0.25);
  assert.equal(rankOf(sorted, -1), 0);
  assert.equal(rankOf(sorted, 1e3), 1);
  const { from, to, counts } = histogram(sorted, 10);
  assert.deepEqual([from, to], [2, 99]);
  assert.equal(counts.reduce((sum, n) => sum + n, 0), 100);
  assert.deepEqual(histogram(Float64Array.of(3, 3), 4).counts, [2, 0, 0, 0]);
});
