// Long measurements: put together from their portions, told of, cancelled, and between others' requests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Measure } from '../../www/js/api/measure.js';
import { logAddExp } from '../../www/js/api/measuring.js';
import { FakeEngine, wait } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

/** n images whose first pixels are 0, 1/n, 2/n, … @param {number} n */
function images(n) {
  return new Float32Array(n * 784).map((_, i) => (i % 784 === 0 ? i / 784 / n : 0));
}

async function start() {
  const engine = new FakeEngine();
  const client = pair(engine);
  await create(client);
  return { engine, client, measure: new Measure(client) };
}

test('log-likelihoods are put together from portions of images and draws', async () => {
  const { engine, client } = await start();
  const x = images(50);
  const labels = Uint8Array.from({ length: 50 }, (_, i) => i % 10);
  for (const [k, given] of /** @type {const} */ ([[1, undefined], [49, undefined], [120, undefined], [5000, labels]])) {
    engine.calls.length = 0;
    /** @type {number[]} */
    const told = [];
    const onProgress = (/** @type {number} */ done, /** @type {number | null} */ total) => {
      assert.equal(total, 50 * k);
      told.push(done);
    };
    const found = await client.request('logLikelihood', { images: x, k, seed: 1, first: 7, labels: given }, { onProgress });
    found.forEach((value, i) => assert.ok(Math.abs(value - (given ? given[i] : x[784 * i])) < 1e-9, `${k}: ${value}`));
    assert.equal(told.at(-1), 50 * k);
    assert.ok(told.every((done, i) => i === 0 || done > told[i - 1]));
    assert.equal(engine.calls[0].startsWith('logWeightSums 7+'), true);
  }
  assert.ok(engine.calls.length > 3, 'it came in portions');
});

test('a measurement lets others in between its portions, and can be cancelled', async () => {
  const { engine, client } = await start();
  const aborter = new AbortController();
  const args = { images: images(40), k: 1_000_000, seed: 1, first: 0 };
  const measuring = client.request('logLikelihood', args, { signal: aborter.signal });
  await wait(30);
  const before = engine.calls.length;
  await client.request('decode', { z: new Float32Array(2) });
  assert.ok(engine.calls.length - before <= 5, `${engine.calls.length - before} calls`);
  aborter.abort();
  await assert.rejects(measuring, { name: 'VaeError', code: 'aborted' });
  await wait(30);
  const { length } = engine.calls;
  await wait(30);
  assert.equal(engine.calls.length, length, 'nothing goes on');
  await assert.rejects(client.request('logLikelihood', args, { signal: aborter.signal }), { code: 'aborted' });
  assert.equal(engine.calls.length, length);
});

test('other weights end a measurement', async () => {
  for (const end of /** @type {const} */ (['reset', 'load'])) {
    const { client } = await start();
    const measuring = client.request('logLikelihood', { images: images(9), k: 1_000_000, seed: 1, first: 0 });
    const refused = assert.rejects(measuring, { code: 'aborted', message: /replaced/ });
    await wait(20);
    await (end === 'reset' ? client.request('reset', { seed: 2 }) : client.request('load', { bytes: new Uint8Array(1) }));
    await refused;
  }
});

test('what cannot be measured is refused by name', async () => {
  const { client, measure } = await start();
  const x = images(2);
  const weigh = (/** @type {object} */ args) => client.request('logLikelihood', { images: x, k: 5, seed: 1, first: 0, ...args });
  await assert.rejects(weigh({ images: new Float32Array(5) }), { code: 'invalid-argument', message: /^images: 5 values/ });
  await assert.rejects(weigh({ labels: new Uint8Array(3) }), { code: 'invalid-argument', message: /^labels: 3 labels for 2/ });
  await assert.rejects(weigh({ k: 0 }), { code: 'invalid-argument', message: /^k: 0/ });
  await assert.rejects(measure.imageQuality(x, images(3)), { code: 'invalid-argument', message: /^reconstructions/ });
  await assert.rejects(measure.knnAccuracy({ points: x, labels: [1] }, { points: new Float32Array(4), labels: [1] }), {
    code: 'invalid-argument', message: /^labels: 1 labels for 2 queries/,
  });
  // @ts-expect-error an option that there is not
  await assert.rejects(measure.knnAccuracy({ points: x, labels: [1] }, { points: x, labels: [1] }, { neighbours: 3 }), {
    code: 'invalid-argument', message: /^neighbours: no option of knnAccuracy/,
  });
});

test('the share of right neighbours is counted over portions', async () => {
  const { engine, measure } = await start();
  const n = 1000;
  const points = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? (i / 2) % 10 : 0));
  // Every fourth label is wrong.
  const labels = Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 99 : i % 10));
  /** @type {number[]} */
  const told = [];
  const accuracy = await measure.knnAccuracy({ points, labels }, { points, labels }, { onProgress: (done) => told.push(done) });
  assert.equal(accuracy, 0.75);
  assert.equal(told.at(-1), n);
  assert.ok(engine.calls.filter((call) => call.startsWith('classify')).length > 1);
});

test('quality is the mean over images, however they are portioned', async () => {
  const { measure } = await start();
  const x = images(10);
  const found = await measure.imageQuality(x, x);
  assert.ok(Math.abs(found.mse - 0.45) < 1e-6);
  assert.ok(Math.abs(found.psnr - 0.9) < 1e-6);
  assert.ok(Math.abs((found.ssim ?? 0) - 1.35) < 1e-6);
  assert.equal(found.psnrOfMeanMse, -10 * Math.log10(found.mse));
});

test('quadratures wait for each other and leave nothing behind', async () => {
  const { engine, measure } = await start();
  const found = await Promise.all([measure.logLikelihood2d(images(250)), measure.logLikelihood2d(images(3))]);
  assert.deepEqual(found.map(({ logLikelihood, points }) => [logLikelihood[0], points]), [[-100, 129], [-100, 129]]);
  const asked = engine.calls.filter((call) => call.startsWith('quadrature')).map((call) => call.replace('quadrature', ''));
  const one = ['Chunk', 'Chunk', 'Chunk', 'Chunk', 'Stop'];
  assert.deepEqual(asked, ['Start 250 500', ...one, 'Start 3 6', ...one]);
});

test('sums of exponentials do not overflow', () => {
  assert.ok(Math.abs(logAddExp(Math.log(3), Math.log(4)) - Math.log(7)) < 1e-15);
  assert.equal(logAddExp(-1e5, -Infinity), -1e5);
  assert.equal(logAddExp(-Infinity, -Infinity), -Infinity);
  assert.ok(Math.abs(logAddExp(5000, 5000) - (5000 + Math.LN2)) < 1e-9);
  assert.ok(Number.isNaN(logAddExp(NaN, 0)));
});
