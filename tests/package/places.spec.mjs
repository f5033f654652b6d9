// Pages that forbid what the package would rather do, and the module that needs no second file.

import { serveSite } from '../browser/site-server.mjs';
import { expect, reportOf, test } from './pages.mjs';
import { install } from './projects.mjs';
import { check } from './report.mjs';

/** @type {string} */
let directory;

test.beforeAll(async () => {
  directory = await install('import-map');
});

/**
 * A page that tries a module of the package out.
 * @param {import('@playwright/test').Page} page
 * @param {string} url of the installed project
 * @param {{ policy?: string, module?: string, before?: string }} [how] a Content-Security-Policy, and what runs first
 */
async function tryUnder(page, url, { policy = '', module = 'index.js', before = '' } = {}) {
  await page.route('**/page.js', (route) => route.fulfill({
    contentType: 'text/javascript',
    body: `${before}
      const api = await import('./node_modules/vae-playground/js/api/${module}');
      const { tryOut } = await import('./try-out.js');
      const report = await tryOut(api, { weights: 'random' });
      document.getElementById('report').textContent = JSON.stringify(report);`,
  }));
  await page.route('**/page.html', (route) => route.fulfill({
    contentType: 'text/html',
    headers: policy ? { 'Content-Security-Policy': policy } : {},
    body: '<!doctype html><link rel="icon" href="data:," /><script type="module" src="./page.js"></script><output id="report"></output>',
  }));
  return reportOf(page, `${url}page.html`);
}

const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:;";

test('a strict policy needs no exception but for wasm', async ({ page }) => {
  const server = await serveSite(directory, '/');
  check(await tryUnder(page, server.url, { policy: `${STRICT} worker-src 'self'` }));
  await server.close();
});

test('where workers are forbidden the page’s thread does the work, and says so once', async ({ page, problems }) => {
  const server = await serveSite(directory, '/');
  /** @type {string[]} */
  const warnings = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  problems.expect(/no worker could be started/);
  problems.expect(/Content Security Policy/);
  const report = await tryUnder(page, server.url, { policy: `${STRICT} worker-src 'none'` });
  check(report, { workers: false });
  expect(report.backend.reason).toMatch(/on the page's thread: no worker could be started/);
  const again = await page.evaluate(async () => {
    const { Vae } = await import(/** @type {string} */ ('./node_modules/vae-playground/js/api/index.js'));
    const vae = await Vae.create({ model: 'mini-2', weights: 'random', backend: 'cpu' });
    const { length } = await vae.sample(2);
    vae.dispose();
    return length;
  });
  expect(again).toBe(2 * 784);
  expect(warnings.filter((text) => text.includes('no worker could be started'))).toHaveLength(1);
  await server.close();
});

test('a page without workers at all', async ({ page, problems }) => {
  const server = await serveSite(directory, '/');
  problems.expect(/no web workers here/);
  check(await tryUnder(page, server.url, { before: 'delete globalThis.Worker;' }), { workers: false });
  await server.close();
});

test('the inline module asks for no second file, under a policy that allows no connection', async ({ page }) => {
  const server = await serveSite(directory, '/');
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; img-src data:;";
  const report = await tryUnder(page, server.url, { policy, module: 'inline.js' });
  check(report);
  expect(report.backend.simd).toBe('simd128');
  const files = asked.filter((url) => url.startsWith(server.url)).map((url) => url.slice(server.url.length));
  expect([...new Set(files)].sort()).toEqual(['node_modules/vae-playground/js/api/inline.js', 'page.html', 'page.js', 'try-out.js']);
  await server.close();
});

test('the inline module’s runs are shared by workers too', async ({ page }) => {
  const server = await serveSite(directory, '/');
  const before = `
    const { Vae } = await import('./node_modules/vae-playground/js/api/inline.js');
    const vae = await Vae.create({ model: 'mini-2', backend: 'cpu', workers: 2 });
    const images = new Float32Array(64 * 784).fill(0.5);
    for await (const { loss } of vae.train({ images }, { steps: 6, batchSize: 32 })) if (!Number.isFinite(loss)) throw new Error('not finite');
    if (vae.backend.workers !== 2) throw new Error(vae.backend.reason);
    vae.dispose();`;
  check(await tryUnder(page, server.url, { before }));
  await server.close();
});
