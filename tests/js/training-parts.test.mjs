// What the training console is made of, as numbers and plain data: recipes, drafts of networks, zoom, time left, use of the code, comparison.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibility, verticalRange, wholeTicks } from '../../www/js/charts/curves.js';
import { activeDimensions, barOrder, verdict } from '../../www/js/charts/use.js';
import { moved, pinched, scaled } from '../../www/js/charts/zoom.js';
import { changed, inserted, places, removed, shapeWords } from '../../www/js/console/draft.js';
import { History } from '../../www/js/history.js';
import { together } from '../../www/js/labs/compare/chart.js';
import { DIFFERENCES, allowed, termsOf } from '../../www/js/labs/compare/terms.js';
import { plausible, recipeSettings, runSettings } from '../../www/js/recipe.js';
import { initialState } from '../../www/js/store.js';
import { firstOfEach, twoRows } from '../../www/js/views/fixed-digits.js';
import { duration, remaining } from '../../www/js/views/progress.js';
import { PRESET, SPEC } from './fake-engine.mjs';

test('a recipe becomes settings, and settings what a run takes', () => {
  const settings = recipeSettings({
    train: { ...PRESET.recipe.train, epochs: 3280, objective: 'dreg', samples: 50, binarize: 'dynamic', schedule: 'stages', epsilon: 1e-4, batchSize: 20 },
    initialisation: 'glorot', dataBias: true, printEvery: null,
  });
  assert.deepEqual([settings.draws, settings.initialisation, settings.dataBias, settings.clipNorm], [50, 'glorot', true, 0]);
  assert.equal('seed' in settings, false);
  const taken = runSettings({ ...initialState(), ...settings });
  assert.equal(taken.samples, 50);
  assert.deepEqual([taken.epochs, taken.epsilon, taken.binarize, taken.schedule], [3280, 1e-4, 'dynamic', 'stages']);
  assert.ok(!('freeBits' in taken) && !('clipNorm' in taken));
});

test('a run is not told what its objective or optimiser does not know', () => {
  const state = initialState();
  assert.ok('freeBits' in runSettings(state) && !('samples' in runSettings(state)));
  assert.ok(!('epsilon' in runSettings({ ...state, optimizer: 'sgd' })));
  const plain = runSettings({ ...state, objective: 'autoencoder' });
  assert.ok(!('freeBits' in plain) && !('samples' in plain) && !('epochs' in plain));
});

test('numbers outside their range are not plausible', () => {
  assert.ok(plausible({ learningRate: 0.1, epochs: 0 }));
  for (const wrong of [{ learningRate: 0 }, { batchSize: 1.5 }, { beta: NaN }, { draws: 0 }]) assert.ok(!plausible(wrong), JSON.stringify(wrong));
});

test('a draft gains, loses and changes layers, and the spec it began with stays', () => {
  const longer = inserted(SPEC, 'encoder', 1);
  assert.deepEqual(longer.encoder.map(({ units }) => units), [400, 400]);
  const conv = changed(longer, 'encoder', 0, { type: 'conv2d' });
  assert.deepEqual([conv.encoder[0].type, conv.encoder[0].kernel, conv.encoder[0].units], ['conv2d', 3, undefined]);
  assert.equal(changed(conv, 'encoder', 0, { kernel: 5 }).encoder[0].channels, 32);
  assert.deepEqual(removed(longer, 'encoder', 0).encoder, SPEC.encoder);
  assert.equal(SPEC.encoder.length, 1);
});

test('shapes are the engine’s, and a reshape’s own', () => {
  /** @type {import('../../www/js/api/types.js').VaeSpec} */
  const spec = { ...SPEC, decoder: [{ type: 'linear', units: 784 }, { type: 'reshape', channels: 16, height: 7, width: 7 }, { type: 'flatten' }] };
  const description = { parameterCount: 1, hidden: 1, encoder: [], decoder: [{ index: 0, output: /** @type {[number, number, number]} */ ([784, 1, 1]), parameters: 1 }] };
  assert.deepEqual(shapeWords(spec, 'decoder', description), ['784', '16×7×7', '784']);
  assert.deepEqual(shapeWords(spec, 'decoder', null), ['', '', '']);
  assert.deepEqual(places('decoder[2].kernel'), ['decoder[2].kernel', 'decoder[2]', 'decoder']);
  assert.deepEqual(places('latent'), ['latent']);
});

test('after a divergence the curves end where the weights do', () => {
  const history = new History();
  for (const step of [1, 2, 3, 4]) history.addStep(step, { loss: 10 * step, recon: 8 * step, kl: step });
  history.addStep(5, { loss: NaN, recon: Infinity, kl: 1 });
  assert.equal(history.train.step.length, 4);
  assert.deepEqual(history.backTo(2), { train: { loss: 20, recon: 16, kl: 2 }, test: null });
  assert.deepEqual(history.train.step, [1, 2]);
  assert.deepEqual(history.backTo(0), { train: null, test: null });
});

test('what the divergence costs is a curve of its own', () => {
  const history = new History();
  history.addStep(1, { loss: 30, recon: 10, kl: 5 });
  const table = history.table();
  assert.deepEqual(table.slice(0, 5).map(([value]) => value), [1, 15, 10, 5, 20]);
});

test('a zoom stays within what there is, and all of it is none', () => {
  const whole = { min: 1, max: 101 };
  assert.deepEqual(scaled(whole, whole, 0.5), { min: 26, max: 76 });
  assert.equal(scaled({ min: 20, max: 90 }, whole, 4), null);
  assert.deepEqual(moved({ min: 76, max: 96 }, whole, 0.5), { min: 81, max: 101 });
  const close = { min: 10, max: 14 };
  assert.equal(scaled(close, whole, 0.5), close);
});

test('two fingers keep the steps that they took hold of', () => {
  const whole = { min: 0, max: 100 };
  assert.deepEqual(pinched(whole, [40, 60], [0.25, 0.75]), { min: 30, max: 70 });
  // Crossed or touching, they ask for nothing absurd.
  const touching = pinched(whole, [49, 51], [0.5, 0.5]);
  assert.ok(touching && touching.max - touching.min >= 4 && touching.min >= 0 && touching.max <= 100);
  assert.equal(pinched(whole, [40, 60], [0.45, 0.55]), null, 'closer together than the whole allows');
  assert.deepEqual(pinched(whole, [0, 10], [0.5, 1]), { min: 0, max: 20 }, 'never beyond the first step');
});

test('axes: whole ticks, and room for what is at zero', () => {
  assert.deepEqual(wholeTicks(8, 25), [8, 9, 10, 20]);
  assert.deepEqual(verticalRange(100, 200, false), [0, 210]);
  assert.equal(verticalRange(0, 200, true)[0], 0.1);
  assert.deepEqual(visibility(new Set(['test', 'kl'])), [true, true, false, true, false, false, false, false]);
});

test('time left', () => {
  assert.equal(duration(59.6), '1:00');
  assert.equal(duration(3725), '1:02 h');
  const state = { epochStep: 100, stepsInEpoch: 400, epoch: 3, epochs: 5, epochsBefore: 1, stepsPerSecond: 10 };
  assert.deepEqual(remaining(state), { share: 0.25, epoch: 30, run: 150 });
  assert.equal(remaining({ ...state, epochs: 0 }).run, null);
});

test('dimensions whose mean tells digits apart are active; few of them are told', () => {
  const mu = Float32Array.of(1, 0.01, -1, 0.02, 2, 0, -2, 0.01);
  assert.deepEqual(activeDimensions(mu, 2), [true, false]);
  assert.deepEqual([verdict(0, 20), verdict(1, 2), verdict(2, 2), verdict(12, 20), verdict(1, 20)], ['collapsed', 'few', 'fine', 'fine', 'few']);
  assert.deepEqual(barOrder([1, 3, 2], true), [1, 2, 0]);
  assert.deepEqual(barOrder([1, 3, 2], false), [0, 1, 2]);
});

test('ten digits, one of each class, in two rows', () => {
  const labels = Uint8Array.of(3, 1, 3, 0);
  const images = Float32Array.from({ length: 4 * 784 }, (_, i) => Math.floor(i / 784));
  const chosen = firstOfEach({ images, labels });
  assert.deepEqual([...chosen.labels], [0, 1, 3]);
  assert.deepEqual([0, 784, 1568].map((i) => chosen.images[i]), [3, 1, 0]);
  const { pixels, width, height } = twoRows(chosen.images, null);
  assert.deepEqual([width, height, pixels[0], pixels[30 * width]], [88, 58, 3, 0]);
});

test('two runs differ in one setting and have no end', () => {
  const state = { ...initialState(), spec: SPEC, epochs: 60, schedule: /** @type {const} */ ('cosine'), seed: 4 };
  const [a, b] = DIFFERENCES.beta.values.map((value) => termsOf(state, 'beta', value));
  assert.deepEqual([a.settings.beta, b.settings.beta], [0.5, 4]);
  assert.deepEqual({ ...a.settings, beta: 0 }, { ...b.settings, beta: 0 });
  assert.ok(!('epochs' in a.settings) && !('schedule' in a.settings));
  assert.equal(termsOf(state, 'latent', '7').spec.latent, 7);
  assert.equal(a.spec, SPEC);
  for (const key of /** @type {(keyof typeof DIFFERENCES)[]} */ (Object.keys(DIFFERENCES))) {
    for (const value of DIFFERENCES[key].values) assert.ok(allowed(key, value), `${key} ${value}`);
  }
  assert.ok(!allowed('latent', '0') && !allowed('beta', '') && !allowed('objective', 'gan'));
});

test('two histories share an axis of steps', () => {
  const [one, other] = [new History(), new History()];
  one.addStep(1, { loss: 3, recon: 2, kl: 1 });
  other.addStep(1, { loss: 5, recon: 4, kl: 1 });
  other.addStep(2, { loss: 4, recon: 3, kl: 1 });
  assert.deepEqual(together([one, other], 'elbo'), [[1, 2], [3, null], [5, 4]]);
  assert.deepEqual(together([one, other], 'kl'), [[1, 2], [1, null], [1, 1]]);
});
