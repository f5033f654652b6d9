// What a visitor's browser fetches for the package, gzipped as hosts send it.

import { gzipSync } from 'node:zlib';
import { serveSite } from '../browser/site-server.mjs';
import { expect, test } from './pages.mjs';
import { install } from './projects.mjs';

/** Bytes. The main module with its worker and one build of the engine, without weights; the aim is 300,000. */
const LIMIT = 312_000;

/**
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<void>} act
 * @returns {Promise<{ url: string, bytes: number }[]>} every file that was fetched meanwhile, with its size gzipped
 */
async function fetched(page, act) {
  /** @type {Promise<{ url: string, bytes: number }>[]} */
  const files = [];
  page.on('requestfinished', (request) => files.push((async () => {
    const response = await request.response();
    const body = (await response?.body()) ?? Buffer.alloc(0);
    return { url: request.url(), bytes: request.url().endsWith('.gz') ? body.length : gzipSync(body, { level: 9 }).length };
  })()));
  await act();
  return Promise.all(files);
}

test('the main module and the engine', async ({ page }) => {
  const server = await serveSite(await install('import-map'), '/');
  await page.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><link rel="icon" href="data:," />' }));
  await page.goto(`${server.url}empty.html`);
  const files = await fetched(page, () => page.evaluate(async () => {
    const { Vae } = await import(/** @type {string} */ ('./node_modules/vae-playground/js/api/index.js'));
    const vae = await Vae.create({ model: 'dense-20', weights: 'random', backend: 'cpu' });
    await vae.sample(1);
    vae.dispose();
  }));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const list = files.map((file) => `${file.bytes} ${file.url.slice(server.url.length)}`).join('\n');
  console.log(`vae-playground with one build of the engine: ${(bytes / 1e3).toFixed(1)} KB gzipped (limit ${LIMIT / 1e3} KB)\n${list}`);
  expect(files.filter(({ url }) => url.endsWith('.wasm.gz'))).toHaveLength(1);
  expect(bytes, list).toBeLessThanOrEqual(LIMIT);
  await server.close();
});
