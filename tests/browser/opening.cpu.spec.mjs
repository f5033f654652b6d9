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

test('without the packed files the plain ones do', async ({ page, problems }) => {
  problems.expect(/404.*\.gz|404 \(Not Found\)/);
  await page.route(/\.(wasm|safetensors)\.gz$/, (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(page.getByTestId('ready')).toBeAttached();
  await expect(page.getByTestId('error')).toHaveCount(0);
});
