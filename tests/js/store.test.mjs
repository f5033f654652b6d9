// The store, the URL, and work where only the newest matters.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latest } from '../../www/js/latest.js';
import { readUrl, writeUrl } from '../../www/js/state-url.js';
import { createStore, initialState } from '../../www/js/store.js';
import { decodeStrokes, encodeStrokes } from '../../www/js/stroke-code.js';

test('watchers hear at once, then of changes of their keys only, once each', () => {
  const store = createStore();
  /** @type {[number, number][]} */
  const heard = [];
  const end = store.watch(['beta', 'seed'], ({ beta, seed }) => heard.push([beta, seed]));
  store.set({ beta: 2, seed: 3 });
  store.set({ beta: 2 });
  store.set({ batchSize: 64 });
  end();
  store.set({ beta: 5 });
  assert.deepEqual(heard, [[1, 1], [2, 3]]);
  assert.equal(store.state.batchSize, 64);
});

test('a watcher sees a state that is whole', () => {
  const store = createStore();
  const before = store.state;
  store.set({ step: 1, epoch: 1 });
  assert.equal(before.step, 0);
  assert.deepEqual([store.state.step, store.state.epoch], [1, 1]);
});

test('a URL written and read again says the same', () => {
  const defaults = initialState();
  const state = { ...defaults, lang: /** @type {const} */ ('zh'), theme: /** @type {const} */ ('dark'), preset: 'conv-16', learningRate: 0.02, beta: 4, batchSize: 32, seed: 7, optimizer: /** @type {const} */ ('sgd') };
  const url = writeUrl(new URL('http://localhost/a/?backend=cpu&hide=chart'), state, defaults);
  const { lang, theme, preset, learningRate, beta, batchSize, seed, optimizer } = state;
  assert.deepEqual(readUrl(url), { lang, theme, preset, learningRate, beta, batchSize, seed, optimizer, requestedBackend: 'cpu', hide: ['chart'] });
});

test('a drawing survives its code, to half a 255th of the pad, however long a stroke is', () => {
  const long = Array.from({ length: 1400 }, (_, i) => Math.abs(Math.sin(i / 90)));
  const strokes = [[0.1, 0.2], [0, 1, 0.5, 0.5], long].map((points) => ({ points }));
  const back = decodeStrokes(encodeStrokes(strokes));
  assert.ok(back);
  assert.deepEqual(back.slice(0, 2).map(({ points }) => points.length), [2, 4]);
  const joined = back.slice(2).flatMap(({ points }, i) => (i === 0 ? points : points.slice(2)));
  assert.equal(joined.length, long.length);
  joined.forEach((value, i) => assert.ok(Math.abs(value - long[i]) <= 0.5 / 255 + 1e-9));
  assert.deepEqual(decodeStrokes(encodeStrokes([])), []);
});

test('eraser, width and pressure survive too; a plain line is coded as ever', () => {
  const pressure = Array.from({ length: 600 }, (_, i) => 0.5 + (i % 64) / 64);
  const points = Array.from({ length: 1200 }, (_, i) => (i % 256) / 255);
  const back = decodeStrokes(encodeStrokes([{ points: [0, 1], erases: true, width: 0.125 }, { points, pressure }]));
  assert.ok(back);
  assert.deepEqual(back[0], { points: [0, 1], erases: true, width: 0.125 });
  const pieces = back.slice(1);
  assert.deepEqual(pieces.flatMap((piece, i) => piece.pressure?.slice(i === 0 ? 0 : 1)), pressure);
  assert.deepEqual(pieces.flatMap((piece, i) => piece.points.slice(i === 0 ? 0 : 2)), points);
  // A link from before there were other lines: two points.
  assert.deepEqual(decodeStrokes('AgD_gEA'), [{ points: [0, 1, 128 / 255, 64 / 255] }]);
  assert.equal(encodeStrokes([{ points: [0, 1, 128 / 255, 64 / 255] }]), 'AgD_gEA');
});

test('codes that are cut off or nonsense are refused', () => {
  for (const text of ['!!', 'AA', 'AAj_', 'AAA', encodeStrokes([{ points: [0.1, 0.2, 0.3, 0.4] }]).slice(0, -2)]) assert.equal(decodeStrokes(text), undefined);
});

test('defaults leave the URL clean', () => {
  const state = initialState();
  assert.equal(writeUrl(new URL('http://localhost/'), state, state).href, 'http://localhost/');
});

test('nonsense in a URL is left out', () => {
  const url = new URL('http://localhost/?lang=xx&theme=pink&backend=abacus#ink=%25%25&lr=-1&batch=0.5&beta=NaN&seed=1e99&optimizer=magic&preset=%3Cscript%3E');
  assert.deepEqual(readUrl(url), { lang: 'en' });
});

test('the browser decides the language where the URL does not', () => {
  assert.equal(readUrl(new URL('http://localhost/'), 'zh-CN').lang, 'zh');
  assert.equal(readUrl(new URL('http://localhost/?lang=en'), 'zh-CN').lang, 'en');
});

test('of requests that come while one is under way only the last is run', async () => {
  /** @type {number[]} */
  const run = [];
  const work = latest(async (/** @type {number} */ n) => {
    run.push(n);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  await Promise.all([work(1), work(2), work(3)]);
  assert.deepEqual(run, [1, 3]);
  await work(4);
  assert.deepEqual(run, [1, 3, 4]);
});
