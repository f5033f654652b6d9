// What a visitor's browser fetches for the package, gzipped as hosts send it.

import { gzipSync } from 'node:zlib';
import { serveSite } from '../browser/site-server.mjs';
import { expect, test } from './pages.mjs';
import { install } from './projects.mjs';

/** Bytes. The main module with its worker and one build of the engine, without weights. */
const LIMIT = 300_000;
/** The element as it draws, with its model. */
const ELEMENT_LIMIT = 600_000;

/**
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<void>} act
 * @returns {Promise<{ url: string, bytes: number }[]>} every file that was fetched meanwhile, with its size gzipped; the workers must
 *   live, since their answers end with them
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

/**
 * An empty page of the installed project.
 * @param {import('@playwright/test').Page} page
 * @param {string} url
 */
async function emptyPage(page, url) {
  await page.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><link rel="icon" href="data:," />' }));
  await page.goto(`${url}empty.html`);
}

/**
 * @param {string} what
 * @param {{ url: string, bytes: number }[]} files
 * @param {number} limit bytes
 */
function hold(what, files, limit) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const list = files.map((file) => `${file.bytes} ${new URL(file.url).pathname.replace('/node_modules/vae-playground/', '')}`).join('\n');
  console.log(`${what}: ${(bytes / 1e3).toFixed(1)} KB gzipped in ${files.length} files (limit ${limit / 1e3} KB)\n${list}`);
  expect(files.filter(({ url }) => url.endsWith('.wasm.gz')), 'one build alone').toHaveLength(1);
  expect(bytes, list).toBeLessThanOrEqual(limit);
}

test('the main module and the engine', async ({ page }) => {
  const server = await serveSite(await install('import-map'), '/');
  await emptyPage(page, server.url);
  const files = await fetched(page, () => page.evaluate(async () => {
    const { Vae } = await import(/** @type {string} */ ('./node_modules/vae-playground/js/api/index.js'));
    const vae = await Vae.create({ model: 'dense-20', weights: 'random', backend: 'cpu' });
    await vae.sample(1);
  }));
  hold('vae-playground', files, LIMIT);
  await server.close();
});

test('the element, drawing, with its model', async ({ page }) => {
  const server = await serveSite(await install('import-map'), '/');
  await emptyPage(page, server.url);
  const files = await fetched(page, () => page.evaluate(async () => {
    await import(/** @type {string} */ ('./node_modules/vae-playground/js/element/index.js'));
    const element = /** @type {import('../../www/js/element/index.js').VaePlayground} */ (document.createElement('vae-playground'));
    element.view = 'draw';
    const ready = new Promise((resolve) => element.addEventListener('ready', resolve));
    document.body.append(element);
    await ready;
  }));
  hold('vae-playground/element view="draw"', files, ELEMENT_LIMIT);
  await server.close();
});
