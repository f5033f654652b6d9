// Arithmetic of codes: ways between two of them, means by class, and noise that a seed brings back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classMeans, linear, path, spherical } from '../../www/js/engine/codes.js';
import { normals, uniforms } from '../../www/js/engine/noise.js';

const near = (/** @type {ArrayLike<number>} */ a, /** @type {ArrayLike<number>} */ b, within = 1e-6) =>
  Array.from(a).forEach((value, j) => assert.ok(Math.abs(value - b[j]) <= within, `${value} is not ${b[j]}`));

test('both ways begin and end at the codes themselves', () => {
  const [a, b] = [Float32Array.of(1, -2, 0.5), Float32Array.of(-0.3, 0.7, 2)];
  for (const way of [linear, spherical]) {
    near(way(a, b, 0), a);
    near(way(a, b, 1), b);
    assert.equal(path(way, a, b, 5).length, 15);
  }
});

test('the arc keeps the length of codes that are equally long, the line does not', () => {
  const [a, b] = [Float32Array.of(3, 0), Float32Array.of(0, 3)];
  near(spherical(a, b, 0.5), [3 / Math.SQRT2, 3 / Math.SQRT2]);
  assert.ok(Math.hypot(...linear(a, b, 0.5)) < 2.2);
  near(spherical(a, b, 1 / 3), [3 * Math.cos(Math.PI / 6), 3 * Math.sin(Math.PI / 6)]);
});

test('where there is no one arc it is the line', () => {
  for (const [a, b] of [[[1, 1], [2, 2]], [[1, 0], [-1, 0]], [[0, 0], [1, 2]]]) {
    const [from, to] = [Float32Array.from(a), Float32Array.from(b)];
    near(spherical(from, to, 0.25), linear(from, to, 0.25));
  }
});

test('means are taken by class; a class without members has none', () => {
  const means = classMeans(Float32Array.of(1, 2, 3, 4, 10, 20), Uint8Array.of(7, 7, 0), 2);
  near(/** @type {Float32Array} */ (means[7]), [2, 3]);
  near(/** @type {Float32Array} */ (means[0]), [10, 20]);
  assert.equal(means[1], null);
  assert.equal(means.length, 10);
});

test('noise is normal, and the same for the same seed', () => {
  const drawn = normals(5, 20_001);
  assert.equal(drawn.length, 20_001);
  assert.deepEqual(drawn, normals(5, 20_001));
  assert.notDeepEqual(drawn, normals(6, 20_001));
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const variance = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
  assert.ok(Math.abs(mean) < 0.03, `${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.04, `${variance}`);
  const [a, b] = [drawn.subarray(0, 20_000), drawn.subarray(1)];
  assert.ok(Math.abs(a.reduce((sum, value, i) => sum + value * b[i], 0) / a.length) < 0.03, 'neighbours know nothing of each other');
  assert.ok(uniforms(9, 1000).every((value) => value > 0 && value < 1));
});
