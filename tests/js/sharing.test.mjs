// What links carry and how they are read: networks, codes, tabs; a teacher's link; the first model; what is kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autosave } from '../../www/js/keep/autosave.js';
import { nextWish } from '../../www/js/open-vae.js';
import { presetName } from '../../www/js/preset-name.js';
import { decodeSpec, encodeSpec } from '../../www/js/spec-code.js';
import { readUrl, writeUrl } from '../../www/js/state-url.js';
import { createStore, initialState } from '../../www/js/store.js';
import { embedSnippet, lessonLink } from '../../www/js/teaching.js';
import { kindOf } from '../../www/js/views/drop.js';

/** @type {import('../../www/js/api/types.js').VaeSpec} */
const SPEC = {
  input: { channels: 1, height: 28, width: 28 },
  encoder: [{ type: 'conv2d', channels: 4, kernel: 3, stride: 2, padding: 0, activation: 'relu' }],
  latent: 3,
  decoder: [{ type: 'linear', units: 32, activation: 'relu' }],
  likelihood: { type: 'gaussian', sigma: 0.5 },
};

test('a network survives its code; nonsense and what is too long do not pass', () => {
  assert.deepEqual(decodeSpec(encodeSpec(SPEC)), SPEC);
  for (const text of ['', '!', btoa('null'), btoa('{}'), btoa('{"encoder":[1]}'), encodeSpec({ ...SPEC, latent: 2.5 }), encodeSpec({ ...SPEC, latent: 257 }),
    encodeSpec({ ...SPEC, input: { channels: 1, height: 28, width: 9e8 } }), encodeSpec({ ...SPEC, decoder: Array(65).fill(SPEC.decoder[0]) }), 'A'.repeat(9000)]) {
    assert.equal(decodeSpec(text), undefined, text.slice(0, 20));
  }
});

test('a link carries a network of one’s own, the code set by hand, the tab and every setting', () => {
  const defaults = initialState();
  const z = Float32Array.from([0.5, -1.25, 2]);
  const said = /** @type {const} */ ({
    tab: 'learn', objective: 'iwae', draws: 7, freeBits: 0.5, binarize: 'static', warmupEpochs: 2, epochs: 9, schedule: 'cosine',
    epsilon: 1e-4, weightDecay: 0.01, clipNorm: 5,
  });
  const url = writeUrl(new URL('http://localhost/'), { ...defaults, ...said, preset: 'own', spec: SPEC, z, zSource: 'hand' }, defaults, true);
  const { lang: _, ...found } = readUrl(url);
  assert.deepEqual(found, { ...said, preset: 'own', spec: SPEC, z, zSource: 'hand', weights: 'random' });
});

test('a link carries what was chosen in the labs, and of anything else little', () => {
  const defaults = initialState();
  const labs = { 'morph-way': 'spherical', 'prior-temperature': '1.35', 'compare-A': '1e-3' };
  const url = writeUrl(new URL('http://localhost/'), { ...defaults, labs }, defaults);
  assert.deepEqual(readUrl(url).labs, labs);
  assert.deepEqual(readUrl(new URL(url), 'en').beta, undefined);
  for (const hash of ['a-b=<img>', 'a-b=', `a-b=${'1'.repeat(99)}`, 'ab=1', '__proto__=1', 'a-b-c=1']) {
    assert.equal(readUrl(new URL(`http://localhost/#${hash}`)).labs, undefined, hash);
  }
  const many = Array.from({ length: 500 }, (_, i) => `x-${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}=1`).join('&');
  assert.ok(Object.keys(readUrl(new URL(`http://localhost/#${many}`)).labs ?? {}).length <= 32);
});

test('a code that was not set by hand is not in the link; codes out of reach or too long are not read', () => {
  const state = initialState();
  assert.equal(writeUrl(new URL('http://localhost/'), { ...state, z: Float32Array.of(1, 2), zSource: 'mu' }, state).hash, '');
  for (const z of ['1,x', '1,,2', '1e9', Array(1000).fill(0).join()]) assert.equal(readUrl(new URL(`http://localhost/#z=${z}`)).z, undefined);
});

test('a spec is named as its preset, whatever the order of its keys and the defaults written out', () => {
  /** @type {any} */
  const presets = [{ name: 'a', spec: { ...SPEC, classes: 0 } }, { name: 'b', spec: SPEC }, { name: 'c', spec: { ...SPEC, latent: 4 } }];
  const turned = Object.fromEntries(Object.entries(SPEC).reverse());
  assert.equal(presetName(/** @type {any} */ (turned), presets, 'c'), 'a');
  assert.equal(presetName(SPEC, presets, 'b'), 'b');
  assert.equal(presetName({ ...SPEC, latent: 5 }, presets, 'c'), 'own');
});

test('an unknown preset falls back to trained weights; WebGPU that is not there to the automatic choice', () => {
  /** @type {import('../../www/js/open-vae.js').Wish} */
  const wish = { preset: 'no-such', spec: null, weights: 'random', requestedBackend: 'auto' };
  assert.deepEqual(nextWish(wish, 'invalid-argument', 'dense-2'), { ...wish, preset: 'dense-2', weights: 'pretrained' });
  assert.equal(nextWish({ ...wish, requestedBackend: 'webgpu' }, 'unsupported', 'dense-2')?.requestedBackend, 'auto');
  assert.equal(nextWish(wish, 'unsupported', 'dense-2')?.requestedBackend, 'cpu');
  const known = /** @type {const} */ ({ ...wish, preset: 'dense-2', weights: 'pretrained' });
  assert.deepEqual(nextWish(known, 'network', 'dense-2'), { ...known, weights: 'random' });
  assert.equal(nextWish({ ...known, weights: 'random' }, 'internal', 'dense-2'), null);
  // The kernels of a GPU that was asked for are not there, though the weights are.
  const gpu = /** @type {const} */ ({ ...known, requestedBackend: 'webgpu' });
  assert.deepEqual(nextWish(gpu, 'network', 'dense-2'), { ...gpu, weights: 'random' });
  assert.deepEqual(nextWish({ ...gpu, weights: 'random' }, 'network', 'dense-2'), { ...known, requestedBackend: 'auto' });
});

test('a lesson’s link says only what was ticked, and takes back what an earlier one said', () => {
  const plain = { hide: [], lang: /** @type {const} */ (''), theme: /** @type {const} */ (''), paused: false, fromNothing: false };
  const address = 'http://localhost/a/?hide=x&lang=zh&paused=1&backend=cpu#weights=random&beta=4';
  assert.equal(lessonLink(address, plain), 'http://localhost/a/?backend=cpu#beta=4');
  const link = lessonLink('http://localhost/', { hide: ['chart', 'draw'], lang: 'zh', theme: 'dark', paused: true, fromNothing: true });
  assert.equal(link, 'http://localhost/?hide=chart,draw&lang=zh&theme=dark&paused=1#weights=random');
  assert.match(embedSnippet('http://localhost/?a=1&b="', 'T'), /src="http:\/\/localhost\/\?a=1&amp;b=&quot;"/);
});

test('what is dropped is told apart by type and name', () => {
  assert.equal(kindOf({ name: 'a.png', type: 'image/png', size: 10 }), 'image');
  assert.equal(kindOf({ name: 'a.JPG', type: '', size: 10 }), 'image');
  assert.equal(kindOf({ name: 'a.safetensors', type: '', size: 10 }), 'weights');
  assert.equal(kindOf({ name: 'a.safetensors', type: '', size: 2 ** 40 }), 'unknown');
  assert.equal(kindOf({ name: 'a.zip', type: 'application/zip', size: 10 }), 'unknown');
});

/** Visits in memory, and an engine that keeps the step alone. */
function surroundings() {
  const store = createStore({ ...initialState(), weights: 'pretrained' });
  /** @type {Map<string, any>} */
  const records = new Map();
  let full = false;
  const visits = {
    put: async (/** @type {any} */ visit) => {
      if (full) throw new DOMException('full', 'QuotaExceededError');
      records.set(visit.id, visit);
    },
    all: async () => [...records.values()].sort((a, b) => b.savedAt - a.savedAt),
    remove: async (/** @type {string} */ id) => records.delete(id),
  };
  const engine = {
    keep: async () => ({ state: { step: store.state.step } }),
    putBack: async (/** @type {any} */ kept) => {
      store.set({ weights: 'trained' });
      store.set(kept.state);
      return true;
    },
    lay: async () => {},
  };
  const keeper = autosave(store, /** @type {any} */ (engine), /** @type {any} */ (visits));
  return { store, records, keeper, fill: () => void (full = true) };
}

test('only what cannot be had again is kept, and each change once; nothing while a guide is at work', async () => {
  const { store, records, keeper } = surroundings();
  await keeper.save();
  assert.equal(records.size, 0);
  store.set({ weights: 'trained', step: 5, guide: 'tour' });
  await keeper.save();
  assert.equal(records.size, 0);
  store.set({ guide: null });
  await keeper.save();
  assert.deepEqual([...records.values()].map(({ keepsake }) => keepsake.state.step), [5]);
  records.clear();
  await keeper.save();
  assert.equal(records.size, 0, 'the same is not written again');
});

test('an earlier visit is offered, gone on with, and replaced; the oldest of many go', async () => {
  const { records, store, keeper } = surroundings();
  for (let i = 0; i < 8; i++) records.set(`v${i}`, { id: `v${i}`, savedAt: Date.now() - i * 1000, keepsake: { state: { step: 10 + i } }, sheet: {} });
  records.set('old', { id: 'old', savedAt: 0, keepsake: { state: { step: 1 } }, sheet: {} });
  const left = await keeper.left();
  assert.equal(left?.id, 'v0');
  assert.deepEqual([...records.keys()], ['v0', 'v1', 'v2', 'v3', 'v4']);
  if (left) await keeper.goOn(left);
  assert.equal(store.state.step, 10);
  assert.equal(records.has('v0'), false);
  assert.equal([...records.values()].filter(({ keepsake }) => keepsake.state.step === 10).length, 1);
});

test('storage that is full is told of once and tried no more', async () => {
  const { store, records, keeper, fill } = surroundings();
  fill();
  store.set({ weights: 'trained', step: 5 });
  await keeper.save();
  assert.equal(store.state.notice, 'keep.refused');
  store.set({ notice: null, step: 6 });
  await keeper.save();
  assert.deepEqual([store.state.notice, records.size], [null, 0]);
});
