// Strokes, curves, pictures and layers as numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIGITS, exampleStrokes } from '../../www/js/digits.js';
import { extend, inkOf, toUnit, touched, tracePath } from '../../www/js/geometry.js';
import { History } from '../../www/js/history.js';
import { inkFrom } from '../../www/js/read-image.js';
import { tile } from '../../www/js/views/samples.js';

test('positions are shares of the pad wherever it stands and however large it is', () => {
  assert.deepEqual(toUnit({ left: 100, top: 50, width: 200, height: 400 }, 150, 250), [0.25, 0.5]);
});

test('points too near the last are dropped', () => {
  const stroke = { points: [0.5, 0.5] };
  assert.equal(extend(stroke, 0.5005, 0.5), false);
  assert.equal(extend(stroke, 0.6, 0.5), true);
  assert.deepEqual(stroke.points, [0.5, 0.5, 0.6, 0.5]);
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

test('a path drawn bit by bit passes through what it passes through at once', () => {
  const points = [0.1, 0.2, 0.5, 0.5, 0.7, 0.1, 0.9, 0.8, 0.2, 0.9];
  const curves = (/** @type {[number, number][]} */ parts) => {
    /** @type {number[][]} */
    const found = [];
    const sink = { moveTo() {}, lineTo() {}, quadraticCurveTo: (/** @type {number[]} */ ...at) => void found.push(at) };
    for (const [from, to] of parts) tracePath(points, 10, sink, from, to);
    return found;
  };
  assert.deepEqual(curves([[0, 1], [1, 2], [2, 3], [3, 5]]), curves([[0, 5]]));
});

test('what a stroke touches covers its width, within the pad', () => {
  assert.deepEqual(touched({ points: [0.5, 0.5], width: 0.125 }, 0, 100), { x: 41, y: 41, width: 18, height: 18 });
  assert.deepEqual(touched({ points: [0, 0, 0.95, 0.5], width: 0.125, pressure: [1, 2] }, 1, 100), { x: 80, y: 35, width: 20, height: 30 });
});

test('the ink of a picture: its box in whole pixels, its centre of mass', () => {
  const pixels = new Float32Array(784);
  assert.equal(inkOf(pixels), null);
  pixels[2 * 28 + 3] = 1;
  pixels[2 * 28 + 6] = 0.5;
  assert.deepEqual(inkOf(pixels), { box: { x: 3, y: 2, width: 4, height: 1 }, centre: { x: 4, y: 2 } });
});

test('an image becomes ink: dark on light, light on dark, or what is opaque', () => {
  const picture = (/** @type {number[]} */ paper, /** @type {number[]} */ pen) => {
    const rgba = new Uint8ClampedArray(25 * 4);
    for (let i = 0; i < 25; i++) rgba.set(i === 12 ? pen : paper, 4 * i);
    return inkFrom(rgba, 5, 5);
  };
  const dot = Float32Array.from({ length: 25 }, (_, i) => (i === 12 ? 1 : 0));
  assert.deepEqual(picture([255, 255, 255, 255], [0, 0, 0, 255]), dot);
  assert.deepEqual(picture([20, 20, 20, 255], [200, 200, 0, 255]), dot);
  assert.deepEqual(picture([0, 0, 0, 0], [0, 0, 0, 255]), dot);
  assert.deepEqual(picture([250, 250, 250, 255], [245, 245, 245, 255]), new Float32Array(25));
});

test('the ten examples lie on the pad, and each is handed out afresh', () => {
  assert.equal(DIGITS.length, 10);
  for (const stroke of DIGITS.flat()) {
    assert.equal(stroke.length % 2, 0);
    assert.ok(stroke.every((value) => value > 0.05 && value < 0.95));
  }
  exampleStrokes(0)[0].points[0] = 9;
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
  const [steps, elbo, , , , testElbo] = history.table();
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
