// The page and the engine on the CPU in three browsers' engines: open, draw, train, save, load; and two hundred steps of training,
// whose losses agree. SITE names another folder than dist/; ENGINES_JSON a file for the figures.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serveSite } from '../browser/site-server.mjs';
import { BROWSERS } from './browsers.mjs';
import { Page, WATCHED, watched } from './page.mjs';

const SITE = process.env.SITE ?? fileURLToPath(new URL('../../dist', import.meta.url));
const STEPS = 200;
/** How far losses of one step may lie apart, relative to Chromium's. */
const TOLERANCE = 1e-4;
/** A seven. @type {[number, number][]} */
const SEVEN = [[0.3, 0.25], [0.4, 0.245], [0.5, 0.24], [0.6, 0.235], [0.68, 0.23], [0.63, 0.35], [0.58, 0.45], [0.5, 0.62], [0.47, 0.72], [0.45, 0.8]];

/** @typedef {'relaxed-simd' | 'simd128'} Simd */
/** @typedef {{ chosen: string, losses: number[], seconds: number }} Run */

/** @type {{ url: string, close: () => Promise<void> }} */
let site;
/** Losses by build, as Chromium has them. @type {Partial<Record<Simd, number[]>>} */
const reference = {};
/** @type {Record<string, unknown>[]} */
const figures = [];

before(async () => {
  site = await serveSite(SITE, '/a/sub/path/', watched(await readFile(`${SITE}/index.html`, 'utf8')));
});
after(async () => {
  await site?.close();
  if (process.env.ENGINES_JSON) await writeFile(process.env.ENGINES_JSON, `${JSON.stringify(figures, null, 2)}\n`);
});

const ink = (/** @type {number[]} */ picture) => picture.reduce((sum, value) => sum + value, 0) / 255;

/** @param {number[]} a @param {number[]} b the cosine between two pictures */
function overlap(a, b) {
  const dot = (/** @type {number[]} */ x, /** @type {number[]} */ y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/**
 * Runs in the page: a training on MNIST by the API, in a worker of its own.
 * @param {{ steps: number, simd: Simd | 'auto' }} how
 * @returns {Promise<Run>}
 */
async function train({ steps, simd }) {
  const { Vae, loadMnist } = /** @type {typeof import('../../www/js/api/vae.js')} */ (await import(new URL('js/api/vae.js', document.baseURI).href));
  const vae = await Vae.create({ model: 'dense-20', weights: 'random', backend: 'cpu', seed: 11, workers: 1, simd });
  try {
    await vae.setDataset(loadMnist());
    const began = performance.now();
    const losses = [];
    for await (const { loss } of vae.train(loadMnist(), { steps, batchSize: 128, learningRate: 1e-3, seed: 11 })) losses.push(loss);
    return { chosen: String(vae.backend.simd), losses, seconds: (performance.now() - began) / 1000 };
  } finally {
    vae.dispose();
  }
}

/** The page as a person uses it. @param {Page} page */
async function use(page) {
  await page.open(site.url + WATCHED);
  await page.click('clear');
  await page.until('the pad is blank', () => /** @type {any} */ (globalThis).playground.store.state.mu === null, null);
  await page.drag('sketchpad', SEVEN);
  await page.until('the drawing is encoded', () => /** @type {any} */ (globalThis).playground.store.state.mu !== null, null);
  // The code of the first ink comes before the stroke's end.
  await page.settles('what was drawn comes back', async () => [await page.pixels('model-input'), await page.pixels('reconstruction')],
    ([seen, back]) => ink(seen) > 20 && overlap(seen, back) > 0.7);

  const atLeast = (/** @type {number} */ steps) => Number(document.querySelector('[data-testid=step-count]')?.getAttribute('data-value')) >= steps;
  await page.click('train');
  await page.until('some steps are done', atLeast, 10);
  await page.click('pause');
  await page.until('the training rests', () => document.querySelector('[data-testid=status]')?.getAttribute('data-run') === 'paused', null);
  const trained = await page.pixels('reconstruction');
  const elbo = await page.value('loss-elbo');
  assert.ok(elbo < 0 && elbo > -800, `ELBO ${elbo}`);

  await page.run(() => {
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      Object.assign(globalThis, { handedOut: blob });
      return createObjectURL.call(URL, blob);
    };
  }, null);
  await page.click('save');
  await page.until('the file is made', () => 'handedOut' in globalThis, null);
  await page.click('reset');
  await page.until('everything is forgotten', () => Number(document.querySelector('[data-testid=step-count]')?.getAttribute('data-value')) === 0, null);
  await page.settles('what was trained is not shown any more', () => page.pixels('reconstruction'), (shown) => overlap(shown, trained) < 0.99);
  await page.run(() => {
    const file = new DataTransfer();
    file.items.add(new File([/** @type {{ handedOut: Blob }} */ (/** @type {unknown} */ (globalThis)).handedOut], 'kept.safetensors'));
    const input = /** @type {HTMLInputElement} */ (document.querySelector('[data-testid=load]'));
    input.files = file.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }, null);
  await page.settles('the file brings back what was trained', () => page.pixels('reconstruction'), (shown) => shown.every((value, i) => value === trained[i]));
  assert.deepEqual(await page.wrong(), []);
}

/**
 * @param {string} name
 * @param {Page} page
 * @param {readonly Simd[]} builds
 */
async function compare(name, page, builds) {
  for (const simd of builds) {
    const { chosen, losses, seconds } = await page.run(train, { steps: STEPS, simd });
    assert.equal(chosen, simd);
    assert.equal(losses.length, STEPS);
    assert.ok(losses[STEPS - 1] < 0.6 * losses[0], `the loss falls from ${losses[0]} to ${losses[STEPS - 1]}`);
    reference[simd] ??= losses;
    const expected = /** @type {number[]} */ (reference[simd]);
    const apart = Math.max(...losses.map((loss, i) => Math.abs(loss / expected[i] - 1)));
    figures.push({ browser: name, simd, steps: STEPS, apart, first: losses[0], last: losses[STEPS - 1], seconds });
    assert.ok(apart <= TOLERANCE, `${name}, ${simd}: losses lie ${apart} apart`);
  }
}

/** Builds that a browser runs: WebKit has no relaxed SIMD yet. @type {Record<keyof typeof BROWSERS, readonly Simd[]>} */
const BUILDS = { chromium: ['relaxed-simd', 'simd128'], firefox: ['relaxed-simd', 'simd128'], webkit: ['simd128'] };

for (const [name, start] of Object.entries(BROWSERS)) {
  test(`${name}: ready, draw, encode, train, save, load; ${STEPS} steps with Chromium's losses`, { timeout: 600_000 }, async (context) => {
    const browser = await start();
    context.diagnostic(browser.name);
    try {
      const page = new Page(browser);
      await use(page);
      assert.equal((await page.run(() => /** @type {any} */ (globalThis).playground.vae.backend.simd, null)), BUILDS[/** @type {keyof typeof BROWSERS} */ (name)][0]);
      await compare(browser.name, page, BUILDS[/** @type {keyof typeof BROWSERS} */ (name)]);
    } finally {
      await browser.close();
    }
  });
}
