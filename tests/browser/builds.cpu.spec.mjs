// Both builds of the engine compute in a real browser, and only the chosen one is fetched.

import { expect, test } from './fixtures.mjs';

/** @typedef {import('../../www/js/api/types.js').SimdBuild} SimdBuild */

/** @param {import('@playwright/test').Page} page */
async function emptyPage(page) {
  await page.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><link rel="icon" href="data:," />' }));
  await page.goto('./empty.html');
}

/**
 * Runs in the page: what a model makes of a picture, and of twenty steps of training.
 * @param {{ api: string, simd?: SimdBuild, wasmUrl?: string }} options
 */
async function compute({ api, ...options }) {
  const { Vae } = /** @type {typeof import('../../www/js/api/vae.js')} */ (await import(api));
  const vae = await Vae.create({ model: 'mini-2', weights: 'random', backend: 'cpu', seed: 7, ...options });
  const images = Float32Array.from({ length: 64 * 784 }, (_, i) => ((i * 7919) % 256) / 255);
  const losses = [];
  for await (const { loss } of vae.train({ images }, { steps: 20, batchSize: 32, seed: 7 })) losses.push(loss);
  const pixels = await vae.reconstruct(images.slice(0, 784));
  const { simd } = vae.backend;
  vae.dispose();
  return { simd, losses, pixels: [...pixels] };
}

/** The engine's files that a page has fetched, by name. @param {import('@playwright/test').Page} page */
function engineFiles(page) {
  /** @type {string[]} */
  const names = [];
  page.on('request', (request) => {
    const [name] = /[^/]*$/.exec(new URL(request.url()).pathname) ?? [''];
    if (name.startsWith('vae-playground')) names.push(name);
  });
  return names;
}

const FILES = {
  'relaxed-simd': ['vae-playground-relaxed.js', 'vae-playground-relaxed_bg.wasm.gz'],
  simd128: ['vae-playground.js', 'vae-playground_bg.wasm.gz'],
};

test('each build trains and reconstructs, and the two agree', async ({ page, site }) => {
  await emptyPage(page);
  const api = `${site}js/api/vae.js`;
  const names = engineFiles(page);
  const results = [];
  for (const simd of /** @type {const} */ (['relaxed-simd', 'simd128'])) {
    names.length = 0;
    const result = await page.evaluate(compute, { api, simd });
    expect(result.simd).toBe(simd);
    expect([...new Set(names)].sort()).toEqual(FILES[simd]);
    expect(result.losses).toHaveLength(20);
    results.push(result);
  }
  const [fused, plain] = results;
  fused.losses.forEach((loss, i) => expect(Math.abs(loss / plain.losses[i] - 1), `loss of step ${i + 1}`).toBeLessThan(1e-4));
  fused.pixels.forEach((pixel, i) => expect(Math.abs(pixel - plain.pixels[i])).toBeLessThan(1e-3));
  expect(plain.losses[19]).toBeLessThan(plain.losses[0]);
});

test('Chromium gets the build with relaxed SIMD; wasm from a URL is run as what it is', async ({ page, site }) => {
  await emptyPage(page);
  const api = `${site}js/api/vae.js`;
  const names = engineFiles(page);
  expect((await page.evaluate(compute, { api })).simd).toBe('relaxed-simd');
  expect([...new Set(names)].sort()).toEqual(FILES['relaxed-simd']);
  const elsewhere = await page.evaluate(compute, { api, wasmUrl: `${site}wasm/vae-playground_bg.wasm` });
  expect(elsewhere.simd).toBe('simd128');
});
