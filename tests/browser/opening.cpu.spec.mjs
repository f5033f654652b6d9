// The page opens light, alone, and alive: without a click there is ink, a reconstruction and a map.

import { expect, test } from './fixtures.mjs';
import { transfers, watchCanvases } from './first-sights.mjs';

/** The most bytes that opening the page may transfer from a host that sends files as they are. */
const BUDGET = 1_200_000;

test('opening transfers little, nothing from elsewhere, nothing twice, and no training data', async ({ page, site }) => {
  const fetched = transfers(page);
  await page.goto('./');
  await expect(page.getByTestId('ready')).toBeAttached();
  await page.waitForLoadState('networkidle');
  const files = await fetched.files();
  const paths = files.map(({ url }) => url.slice(site.length));
  expect(files.filter(({ url }) => !url.startsWith(site))).toEqual([]);
  expect(paths).toContain('wasm/vae-playground-relaxed_bg.wasm.gz');
  expect(paths.filter((path) => /train-|t10k-|uPlot|katex|vae-playground(_bg)?\.|\.wasm$|\.safetensors$/.test(path))).toEqual([]);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  expect(bytes).toBeGreaterThan(300_000);
  expect(bytes, paths.join('\n')).toBeLessThanOrEqual(BUDGET);
});

test('ink comes first, then the reconstruction and the map, without a click', async ({ page }) => {
  await page.addInitScript(watchCanvases);
  await page.goto('./');
  const sights = () => page.evaluate(() => /** @type {{ firstSights: Record<string, number> }} */ (/** @type {unknown} */ (globalThis)).firstSights);
  await expect.poll(async () => Object.keys(await sights()).sort()).toEqual(['ink', 'map', 'ready', 'reconstruction']);
  const { ink, reconstruction } = await sights();
  expect(ink).toBeLessThanOrEqual(reconstruction);
});

test('the map that comes as a file is the one that the engine makes', async ({ page }) => {
  const asked = page.waitForResponse(/mini-2\.posteriors\.json/);
  await page.goto('./');
  await asked;
  await expect(page.getByTestId('ready')).toBeAttached();
  const farthest = await page.evaluate(async () => {
    const { n, mu: known } = await (await fetch('./pretrained/mini-2.posteriors.json')).json();
    const { mu } = /** @type {any} */ (globalThis).playground.store.state.atlas;
    if (mu.length !== 2 * n) return Infinity;
    return Math.max(...known.flat().map((/** @type {number} */ value, /** @type {number} */ i) => Math.abs(value - mu[i])));
  });
  // Kernels of another instruction set round otherwise.
  expect(farthest).toBeLessThan(1e-4);
});

test('the map is there while the engine is still on its way', async ({ page }) => {
  await page.addInitScript(watchCanvases);
  /** @type {() => void} */
  let send = () => {};
  const held = new Promise((resolve) => (send = () => resolve(null)));
  await page.route(/\.wasm(\.gz)?$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./');
  const sights = () => page.evaluate(() => Object.keys(/** @type {any} */ (globalThis).firstSights).sort());
  await expect.poll(sights).toEqual(['ink', 'map']);
  send();
  await expect.poll(sights).toEqual(['ink', 'map', 'ready', 'reconstruction']);
});

test('without the packed files the plain ones do', async ({ page, problems }) => {
  problems.expect(/404.*\.gz|404 \(Not Found\)/);
  await page.route(/\.(wasm|safetensors)\.gz$/, (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(page.getByTestId('ready')).toBeAttached();
  await expect(page.getByTestId('error')).toHaveCount(0);
});
