// The package in Node.js: importing it touches nothing, and a download that failed can be tried again.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createContext, SourceTextModule } from 'node:vm';
import { before, test } from 'node:test';
import { mutated, random } from './hostile.mjs';
import { install } from './projects.mjs';

/** The installed package's folder. @type {string} */
let root;

before(async () => {
  root = `${await install('node')}/node_modules/vae-playground/`;
});

/** @param {string} file */
const load = (file) => import(new URL(`file://${root}${file}`).href);

test('importing changes no global, fetches nothing and keeps nothing alive', async (context) => {
  const names = () => Reflect.ownKeys(globalThis).map(String).sort();
  const known = names();
  const fetches = context.mock.method(globalThis, 'fetch');
  for (const file of ['js/api/index.js', 'js/api/inline.js']) {
    const module = await load(file);
    assert.deepEqual(Object.keys(module).sort(), ['ERROR_CODES', 'Vae', 'VaeError', 'loadMnist', 'parseIdx', 'preprocessDrawing', 'presets', 'version']);
  }
  await load('js/element/index.js');
  assert.deepEqual(names(), known);
  assert.equal(fetches.mock.callCount(), 0);
});

test('a realm with neither document nor window nor fetch can evaluate it', async () => {
  const realm = createContext({ URL, TextEncoder, TextDecoder });
  /** @type {Map<string, SourceTextModule>} */
  const modules = new Map();
  const module = async (/** @type {string} */ url) => {
    const known = modules.get(url);
    if (known) return known;
    const made = new SourceTextModule(await readFile(new URL(url), 'utf8'), {
      context: realm, identifier: url, initializeImportMeta: (meta) => void (meta.url = url),
    });
    modules.set(url, made);
    return made;
  };
  const entry = await module(new URL(`file://${root}js/api/index.js`).href);
  await entry.link((specifier, referrer) => module(new URL(specifier, referrer.identifier).href));
  await entry.evaluate();
  assert.equal(/** @type {any} */ (entry.namespace).presets.length, 12);
  assert.deepEqual(Object.keys(realm).sort(), ['TextDecoder', 'TextEncoder', 'URL']);
});

test('a download that failed is tried again; the engine is fetched once for all that come later', async () => {
  const wasm = await readFile(`${root}wasm/vae-playground_bg.wasm`);
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    // Both the packed and the plain file are asked for.
    if (asked <= 2) response.writeHead(503).end();
    else response.writeHead(200, { 'Content-Type': 'application/wasm', 'Content-Length': wasm.length }).end(wasm);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const { Vae, VaeError } = await load('js/api/index.js');
  /** @type {[number, number | null][]} */
  const progress = [];
  const options = {
    model: 'mini-2', weights: 'random', backend: 'cpu', wasmUrl: `http://127.0.0.1:${address.port}/engine.wasm`,
    onProgress: (/** @type {number} */ loaded, /** @type {number | null} */ total) => progress.push([loaded, total]),
  };
  await assert.rejects(Vae.create(options), (/** @type {any} */ thrown) => thrown instanceof VaeError && thrown.code === 'network' && /engine\.wasm.*503/.test(thrown.message));
  const [first, second] = await Promise.all([Vae.create(options), Vae.create(options)]);
  assert.equal(asked, 3);
  assert.deepEqual(progress.at(-1), [wasm.length, wasm.length]);
  assert.equal((await first.sample(1)).length, 784);
  first.dispose();
  assert.equal((await second.sample(1)).length, 784);
  second.dispose();
  server.close();
});

test('wasm of another release is refused by both versions', async () => {
  const { Vae, version } = await load('js/api/index.js');
  const wasm = Buffer.from(await readFile(`${root}wasm/vae-playground_bg.wasm`));
  const at = wasm.lastIndexOf(`vae-playground-version${version}`);
  assert.ok(at > 0);
  wasm.write('9.8.7', at + 'vae-playground-version'.length);
  const wasmUrl = `data:application/wasm;base64,${wasm.toString('base64')}`;
  await assert.rejects(Vae.create({ weights: 'random', backend: 'cpu', wasmUrl }), { code: 'unsupported', message: new RegExp(`version 9\\.8\\.7.*version ${version}`) });
});

test('every preset with weights opens with them; WebGPU and MNIST from nowhere are refused in words', async () => {
  const { Vae, loadMnist, presets } = await load('js/api/index.js');
  const manifest = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
  assert.ok(Object.values(manifest.exports).every((target) => typeof target === 'string' || Object.keys(target)[0] === 'types'));
  for (const name of ['dense-20', 'dense-2', 'mini-2', 'conv-16', 'iwae-50', 'cvae-20']) {
    const vae = await Vae.create({ model: name });
    const { spec } = presets.find((/** @type {{ name: string }} */ preset) => preset.name === name);
    assert.deepEqual([vae.spec.latent, vae.backend.kind, vae.backend.reasonCode], [spec.latent, 'cpu', 'no-adapter']);
    vae.dispose();
  }
  await assert.rejects(Vae.create({ backend: 'webgpu' }), { code: 'unsupported' });
  await assert.rejects(loadMnist({}), { code: 'invalid-argument', message: /does not contain MNIST/ });
});

const RECIPES = [{}, { weightDecay: 0.1 }, { optimizer: 'rmsprop', weightDecay: 0.1 }, { optimizer: 'sgd', weightDecay: 0.1, clipNorm: 1 }];

test('a profile leaves weights and a run under way bit for bit as they are, whatever the recipe', async () => {
  const { Vae } = await load('js/api/index.js');
  const images = Float32Array.from({ length: 64 * 784 }, (_, i) => (i % 7) / 7);
  const losses = async (/** @type {boolean} */ profiled) => {
    const vae = await Vae.create({ model: 'mini-2', weights: 'random', backend: 'cpu', seed: 4 });
    const found = [];
    const run = vae.train({ images }, { batchSize: 32, seed: 2, paused: true });
    for (let step = 1; step <= 6; step++) {
      await run.step();
      found.push((await run.next()).value.loss);
      if (!profiled || step !== 3) continue;
      const before = await vae.parameters();
      for (const settings of RECIPES) {
        const { parts } = await vae.profile({ settings: { batchSize: 32, ...settings }, steps: 2 });
        assert.ok(parts.length > 3);
        assert.deepEqual(await vae.parameters(), before);
      }
    }
    await run.stop();
    vae.dispose();
    return found;
  };
  assert.deepEqual(await losses(true), await losses(false));
});

test('hostile files are refused with a code, and the model stays as it was', async (context) => {
  const count = Number(process.env.HOSTILE_FILES ?? 500);
  const { Vae, VaeError, parseIdx } = await load('js/api/index.js');
  const vae = await Vae.create({ model: 'mini-2', weights: 'random', backend: 'cpu', seed: 3 });
  const good = await vae.save();
  const image = new Float32Array(784).fill(0.5);
  const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3, ...Array.from({ length: 18 }, (_, i) => i));
  const next = random(20_260_000);
  /** @type {Record<string, number>} */
  const seen = {};
  const note = (/** @type {string} */ what) => void (seen[what] = (seen[what] ?? 0) + 1);
  let { mu: before } = await vae.encode(image);
  for (let i = 0; i < count; i++) {
    const file = mutated(good, next);
    try {
      await vae.load(file);
      note('checkpoint: taken');
      ({ mu: before } = await vae.encode(image));
      assert.ok([...before].every(Number.isFinite));
    } catch (caught) {
      const thrown = /** @type {any} */ (caught);
      assert.ok(thrown instanceof VaeError, String(thrown));
      assert.ok(['invalid-checkpoint', 'invalid-spec'].includes(thrown.code), `${thrown.code}: ${thrown.message}`);
      assert.ok(thrown.message.length > 10);
      note(`checkpoint: ${thrown.code}`);
      // A model that was half replaced would answer otherwise.
      if (i % 10 === 0) assert.deepEqual((await vae.encode(image)).mu, before);
    }
    try {
      const { dims, data } = await parseIdx(mutated(idx, next));
      assert.equal(data.length, dims.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1));
      note('IDX: taken');
    } catch (caught) {
      const thrown = /** @type {any} */ (caught);
      assert.ok(thrown instanceof VaeError && thrown.code === 'invalid-argument', String(thrown));
      note(`IDX: ${thrown.code}`);
    }
  }
  context.diagnostic(`${2 * count} files: ${JSON.stringify(seen)}`);
  assert.ok(seen['checkpoint: invalid-checkpoint'] > count / 4);
  vae.dispose();
});
