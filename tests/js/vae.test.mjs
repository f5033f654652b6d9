// The public object: what it refuses before anything travels, and what reaches the engine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolve } from '../../www/js/api/create.js';
import { Vae, loadMnist } from '../../www/js/api/vae.js';
import { FakeEngine, PRESET } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

async function start() {
  const engine = new FakeEngine();
  const client = pair(engine);
  return { engine, vae: new Vae(client, await create(client), {}) };
}

const IMAGE = new Float32Array(784);

test('an unknown option is refused by its name, wherever it is given', async () => {
  const { vae, engine } = await start();
  const wrong = /** @type {any} */ ({ lables: [1] });
  const calls = {
    encode: () => vae.encode(IMAGE, wrong),
    decode: () => vae.decode(new Float32Array(2), wrong),
    reconstruct: () => vae.reconstruct(IMAGE, wrong),
    sample: () => vae.sample(1, wrong),
    elbo: () => vae.elbo(IMAGE, wrong),
    logLikelihood: () => vae.logLikelihood(IMAGE, wrong),
    latentGradient: () => vae.latentGradient(new Float32Array(2), IMAGE, wrong),
    inputGradient: () => vae.inputGradient(IMAGE, wrong),
    setDataset: () => vae.setDataset({ images: IMAGE }, wrong),
    setHyperparameters: () => vae.setHyperparameters(wrong),
    reset: () => vae.reset(1, wrong),
    encoderLayers: () => vae.inside.encoderLayers(IMAGE, wrong),
    decoderLayers: () => vae.inside.decoderLayers(new Float32Array(2), wrong),
    imageQuality: () => vae.measure.imageQuality(IMAGE, IMAGE, wrong),
    latentPca: () => vae.measure.latentPca(IMAGE, wrong),
    logLikelihood2d: () => vae.measure.logLikelihood2d(IMAGE, wrong),
  };
  for (const [name, call] of Object.entries(calls)) {
    await assert.rejects(call, { name: 'VaeError', code: 'invalid-argument', message: new RegExp(`^lables: no option of ${name}; known: `) });
  }
  assert.throws(() => resolve(wrong), { code: 'invalid-argument', message: /^lables: no option of create/ });
  assert.throws(() => loadMnist(wrong), { code: 'invalid-argument', message: /^lables/ });
  assert.deepEqual(engine.calls, []);
});

test('a wrong type is refused by its name', async () => {
  const { vae, engine } = await start();
  const any = (/** @type {unknown} */ value) => /** @type {any} */ (value);
  await assert.rejects(vae.encode(any([0, 1])), { code: 'invalid-argument', message: /^images: expected a Float32Array/ });
  await assert.rejects(vae.decode(any(undefined)), { code: 'invalid-argument', message: /^z:/ });
  await assert.rejects(vae.sample(1, any(3)), { code: 'invalid-argument', message: /^sample: expected an object/ });
  await assert.rejects(vae.sample(1, { labels: any('3') }), { code: 'invalid-argument', message: /^labels: expected/ });
  for (const label of [300, -1, 0.5, NaN, '3']) {
    await assert.rejects(vae.sample(1, { labels: any([label]) }), { code: 'invalid-argument', message: /^labels: found/ });
  }
  await assert.rejects(vae.latentGradient(new Float32Array(2), IMAGE, { mask: any([1]) }), { code: 'invalid-argument', message: /^mask/ });
  assert.deepEqual(engine.calls, []);
});

test('the look inside asks the engine, by name and with what is shown', async () => {
  const { vae, engine } = await start();
  assert.deepEqual((await vae.inside.layers())[0].weights, ['fc1.weight']);
  assert.deepEqual(await vae.inside.tensor('fc1.weight'), { shape: [1, 2], values: Float32Array.of(1, 2) });
  assert.deepEqual(await vae.inside.decoderLayers(Float32Array.of(3, 4)), [Float32Array.of(3, 4)]);
  await assert.rejects(vae.inside.tensor(/** @type {any} */ (3)), { code: 'invalid-argument', message: /^name/ });
  assert.deepEqual(engine.calls, ['tensor fc1.weight', 'decoderLayers']);
});

test('labels reach the engine as bytes', async () => {
  const { vae, engine } = await start();
  /** @type {unknown[]} */
  const seen = [];
  engine.encode = async (_images, labels) => {
    seen.push(labels);
    return { mu: new Float32Array(2), logvar: new Float32Array(2) };
  };
  await vae.encode(IMAGE, { labels: [7] });
  await vae.encode(IMAGE, { labels: Uint8Array.of(8) });
  await vae.encode(IMAGE);
  assert.deepEqual(seen, [Uint8Array.of(7), Uint8Array.of(8), undefined]);
});

test('a preset tells its recipe, and its settings are what train takes', async () => {
  const { vae, engine } = await start();
  const [{ name, recipe }] = vae.presets;
  assert.equal(name, PRESET.name);
  /** @type {unknown} */
  let settings = null;
  engine.trainStart = (given) => void (settings = given);
  const run = vae.train({ images: new Uint8Array(784) }, { ...recipe.train, objective: 'dreg', samples: 5 });
  await run.next();
  await run.stop();
  assert.deepEqual(settings, { ...PRESET.recipe.train, objective: 'dreg', samples: 5 });
});

test('a reset tells how values begin', async () => {
  const { vae, engine } = await start();
  await vae.reset(3, { initialisation: 'glorot', dataBias: true });
  assert.deepEqual(engine.calls, ['reset {"seed":3,"initialisation":"glorot","dataBias":true}']);
});

test('weights from a checkpoint have no bias from data', () => {
  for (const model of ['dense-20', './a.safetensors', new ArrayBuffer(8)]) {
    assert.throws(() => resolve({ model, dataBias: true }), { code: 'invalid-argument', message: /^dataBias/ });
  }
  assert.equal(resolve({ model: 'dense-20', weights: 'random', dataBias: true }).checkpoint, null);
  assert.throws(() => resolve({ weights: /** @type {any} */ ('best') }), { code: 'invalid-argument', message: /^weights: "best"/ });
});
