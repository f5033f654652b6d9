// Strokes, curves, pictures and layers as numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIGITS, exampleStrokes } from '../../www/js/digits.js';
import { extend, toUnit, tracePath } from '../../www/js/geometry.js';
import { History } from '../../www/js/history.js';
import { layerSizes } from '../../www/js/views/network.js';
import { tile } from '../../www/js/views/samples.js';
import { SPEC } from './fake-engine.mjs';

test('positions are shares of the pad wherever it stands and however large it is', () => {
  assert.deepEqual(toUnit({ left: 100, top: 50, width: 200, height: 400 }, 150, 250), [0.25, 0.5]);
});

test('points too near the last are dropped', () => {
  const stroke = [0.5, 0.5];
  assert.equal(extend(stroke, 0.5005, 0.5), false);
  assert.equal(extend(stroke, 0.6, 0.5), true);
  assert.deepEqual(stroke, [0.5, 0.5, 0.6, 0.5]);
});

test('a path begins and ends where the stroke does', () => {
  for (const stroke of [[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.5, 0.5, 0.7, 0.1, 0.9, 0.8]]) {
    /** @type {number[][]} */
    const ends = [];
    const note = (/** @type {number[]} */ ...at) => void ends.push(at.slice(-2));
    tracePath(stroke, 10, { moveTo: note, lineTo: note, quadraticCurveTo: note });
    assert.deepEqual(ends[0], [stroke[0] * 10, stroke[1] * 10]);
    assert.deepEqual(ends.at(-1), stroke.slice(-2).map((v) => v * 10));
  }
});

test('a point becomes a line that is drawn, too short to be seen as one', () => {
  /** @type {number[][]} */
  const ends = [];
  const note = (/** @type {number[]} */ ...at) => void ends.push(at);
  tracePath([0.5, 0.5], 100, { moveTo: note, lineTo: note, quadraticCurveTo: note });
  const [[x0], [x1]] = ends;
  assert.ok(x1 > x0 && x1 - x0 < 0.5);
});

test('the ten examples lie on the pad, and each is handed out afresh', () => {
  assert.equal(DIGITS.length, 10);
  for (const stroke of DIGITS.flat()) {
    assert.equal(stroke.length % 2, 0);
    assert.ok(stroke.every((value) => value > 0.05 && value < 0.95));
  }
  exampleStrokes(0)[0][0] = 9;
  assert.ok(DIGITS[0][0][0] < 1);
});

test('curves stay bounded, keep their mean and their last step', () => {
  const history = new History();
  const steps = 10_000;
  for (let step = 1; step <= steps; step++) history.addStep(step, { loss: 0, recon: step, kl: 1 });
  const { step, recon, kl } = history.train;
  assert.ok(step.length < 1200);
  assert.ok(steps - step[step.length - 1] < history.stride);
  assert.ok(kl.every((value) => value === 1));
  recon.forEach((value, i) => assert.ok(Math.abs(value - (step[i] - (history.stride - 1) / 2)) < 1e-9));
});

test('training and held-out points share one axis', () => {
  const history = new History();
  for (const step of [1, 2, 3]) history.addStep(step, { loss: 0, recon: 10, kl: step });
  history.addTest(2, { loss: 0, recon: 7, kl: 1 });
  history.addTest(4, { loss: 0, recon: 6, kl: 1 });
  const [steps, elbo, , , testElbo] = history.table();
  assert.deepEqual(steps, [1, 2, 3, 4]);
  assert.deepEqual(elbo, [11, 12, 13, null]);
  assert.deepEqual(testElbo, [null, 8, null, 7]);
});

test('pictures on the sheet stand row by row with a gap', () => {
  const pictures = new Float32Array(7 * 784);
  for (let n = 0; n < 7; n++) pictures.fill(n + 1, n * 784, (n + 1) * 784);
  const { pixels, width, height } = tile(pictures);
  assert.deepEqual([width, height], [6 * 30 - 2, 2 * 30 - 2]);
  assert.equal(pixels[0], 1);
  assert.equal(pixels[28], 0);
  assert.equal(pixels[30], 2);
  assert.equal(pixels[30 * width], 7);
});

test('layer sizes follow the spec, also through convolutions', () => {
  assert.deepEqual(layerSizes(SPEC), { encoder: [784, 400, 2], decoder: [2, 400, 784] });
  const { encoder, decoder } = layerSizes({
    ...SPEC,
    encoder: [{ type: 'conv2d', channels: 32, kernel: 3, stride: 2, padding: 1 }, { type: 'linear', units: 100 }],
    decoder: [
      { type: 'linear', units: 3136 },
      { type: 'reshape', channels: 64, height: 7, width: 7 },
      { type: 'conv_transpose2d', channels: 32, kernel: 4, stride: 2, padding: 1 },
      { type: 'conv_transpose2d', channels: 1, kernel: 4, stride: 2, padding: 1 },
    ],
  });
  assert.deepEqual(encoder, [784, 32 * 14 * 14, 100, 2]);
  assert.deepEqual(decoder, [2, 3136, 32 * 14 * 14, 784]);
});
