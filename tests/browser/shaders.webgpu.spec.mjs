// The GPU's kernels: a file that is fetched once a GPU is to be used, refused where it is of another release, and asked for again
// where it did not arrive.

import { expect, test } from './fixtures.mjs';

/** @param {import('@playwright/test').Page} page */
async function emptyPage(page) {
  await page.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><link rel="icon" href="data:," />' }));
  await page.goto('./empty.html');
}

/**
 * Runs in the page: opens a model, and tells the backend or the error.
 * @param {{ api: string, backend: string, shadersUrl?: string }} options
 */
async function opened({ api, ...options }) {
  const { Vae } = /** @type {typeof import('../../www/js/api/vae.js')} */ (await import(api));
  try {
    const vae = await Vae.create(/** @type {import('../../www/js/api/create.js').CreateOptions} */ ({ model: 'mini-2', weights: 'random', ...options }));
    const [pixel] = await vae.decode(new Float32Array(2));
    const { kind } = vae.backend;
    vae.dispose();
    return { kind, finite: Number.isFinite(pixel) };
  } catch (thrown) {
    const { code, message } = /** @type {import('../../www/js/api/errors.js').VaeError} */ (thrown);
    return { code, message };
  }
}

test('only a GPU that is used has its kernels fetched, once', async ({ page, site }) => {
  await emptyPage(page);
  const api = `${site}js/api/vae.js`;
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const shaders = () => asked.filter((path) => path.includes('.wgsl'));
  // The only adapter here is a program, which auto leaves alone.
  expect(await page.evaluate(opened, { api, backend: 'auto' })).toEqual({ kind: 'cpu', finite: true });
  expect(shaders()).toEqual([]);
  expect(await page.evaluate(opened, { api, backend: 'webgpu' })).toEqual({ kind: 'webgpu', finite: true });
  expect(shaders()).toHaveLength(1);
  expect(shaders()[0]).toMatch(/wasm\/vae-playground\.wgsl\.gz$/);
});

test('kernels that do not arrive are a network error, and asked for again; those of another release are refused', async ({ page, site, problems }) => {
  problems.expect(/vae-playground\.wgsl/);
  await emptyPage(page);
  const api = `${site}js/api/vae.js`;
  await page.route('**/*.wgsl*', (route) => route.abort());
  const failed = await page.evaluate(opened, { api, backend: 'webgpu' });
  expect(failed).toMatchObject({ code: 'network', message: expect.stringContaining('vae-playground.wgsl') });
  await page.unroute('**/*.wgsl*');
  expect(await page.evaluate(opened, { api, backend: 'webgpu' })).toEqual({ kind: 'webgpu', finite: true });

  const told = (/** @type {string} */ text) => `data:text/plain;base64,${btoa(text)}`;
  const other = await page.evaluate(opened, { api, backend: 'webgpu', shadersUrl: told('// vae-playground 9.8.7\n') });
  expect(other).toMatchObject({ code: 'unsupported', message: expect.stringMatching(/version 9\.8\.7.*version \d+\.\d+\.\d+/) });
  const foreign = await page.evaluate(opened, { api, backend: 'webgpu', shadersUrl: told('<!doctype html>') });
  expect(foreign).toMatchObject({ code: 'unsupported', message: expect.stringContaining('none of this engine') });
});

test('a page that asked for a GPU whose kernels do not arrive opens on the CPU, with its trained weights', async ({ page, problems }) => {
  problems.expect(/vae-playground\.wgsl/);
  await page.route('**/*.wgsl*', (route) => route.abort());
  await page.goto('./?backend=webgpu');
  await expect(page.getByTestId('ready')).toBeAttached();
  await expect(page.getByTestId('backend')).toHaveAttribute('data-value', 'cpu');
  expect(await page.evaluate(() => /** @type {any} */ (globalThis).playground.store.state.weights)).toBe('pretrained');
});
