// Few bytes for a picture: quantisation, divergences, principal components.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflatedSize, divergences, pcaCodec, quantised } from '../../www/js/engine/codecs.js';
import { psnr } from '../../www/js/engine/damage.js';
import { normals, uniforms } from '../../www/js/engine/noise.js';
import { principalComponents, project, unproject } from '../../www/js/engine/pca.js';

const soon = async () => {};

test('a byte holds a number to half a step, and what is out of reach at the edge', () => {
  const seen = new Set();
  for (let value = -4; value <= 4; value += 0.01) {
    const near = quantised(value, 4);
    seen.add(near);
    assert.ok(Math.abs(near - value) <= 4 / 127 / 2 + 1e-9);
  }
  assert.ok(seen.size <= 256);
  assert.deepEqual([quantised(9, 4), quantised(-9, 4), quantised(0, 4)], [4, -4, 0]);
});

test('the divergence from the prior is nothing for the prior, and what the formula says', () => {
  const [none, some] = divergences(Float32Array.of(0, 2), Float32Array.of(0, Math.log(0.25)));
  assert.equal(none, 0);
  assert.ok(Math.abs(some - 0.5 * (4 + 0.25 - 1 - Math.log(0.25))) < 1e-6);
});

/** Pictures that are sums of three fixed patterns, the first the strongest. */
function pictures() {
  const patterns = [0, 1, 2].map((k) => normals(20 + k, 784));
  const shares = normals(30, 60 * 3);
  return Float32Array.from({ length: 60 * 784 }, (_, at) => {
    const row = Math.floor(at / 784);
    return 0.5 + [0.06, 0.03, 0.01].reduce((sum, size, k) => sum + size * shares[3 * row + k] * patterns[k][at % 784], 0);
  });
}

test('components are orthonormal, most telling first, and as many as there are say everything', async () => {
  const images = pictures();
  const found = await principalComponents(images, 3, soon);
  const dot = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  found.directions.forEach((a, i) => found.directions.forEach((b, j) => assert.ok(Math.abs(dot(a, b) - Number(i === j)) < 1e-4)));
  assert.ok(found.reach[0] > found.reach[1] && found.reach[1] > found.reach[2]);
  const one = images.subarray(784, 2 * 784);
  const ratios = [1, 2, 3].map((count) => psnr(unproject(found, project(found, one).subarray(0, count)), one.map((value) => Math.min(1, Math.max(0, value)))));
  assert.ok(ratios[0] < ratios[1] && ratios[1] < ratios[2] && ratios[2] > 50, `${ratios}`);
});

test('a codec of components keeps more with more numbers', async () => {
  const images = pictures();
  const codec = await pcaCodec(images, 3);
  const one = images.slice(0, 784);
  const [few, all] = [await codec.keep(one, 1), await codec.keep(one, 3)];
  assert.equal(few.bits, null);
  assert.ok(psnr(all.pictures, one) > psnr(few.pictures, one));
});

test('deflate makes a blank picture tiny and noise no smaller', async () => {
  assert.ok((await deflatedSize(new Float32Array(784))) < 20);
  assert.ok((await deflatedSize(Float32Array.from(uniforms(1, 784)))) > 700);
});
