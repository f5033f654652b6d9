// The site without a network, and with another build than before: every page has one build's files, and the newest once it is loaded again.

import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './fixtures.mjs';
import { NOUGHT, SEVEN, ink, overlap, pixels, stroke, value } from './helpers.mjs';
import { carefulHeaders, serveSite } from './site-server.mjs';
import { SITE } from './site.mjs';

test.use({ serviceWorkers: 'allow' });

/** @typedef {import('@playwright/test').Page} Page */

/** A site of its own, which may change and go away. @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof serveSite>>} */
let server;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vae-site-'));
  await cp(SITE, folder, { recursive: true });
  server = await serveSite(folder, '/a/sub/path/', {}, await carefulHeaders(folder));
});
test.afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** @param {Page} page */
async function visit(page) {
  await page.goto(server.url);
  await expect(page.getByTestId('ready')).toBeAttached();
}

/** Waits until the worker of the newest build keeps the site. @param {Page} page @param {string} build */
async function kept(page, build) {
  await expect.poll(() => page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return registration?.active?.state === 'activated' && !registration.installing && !registration.waiting;
  }), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => page.evaluate(() => caches.keys())).toContain(`/a/sub/path/#${build}`);
}

/** @returns {Promise<{ build: string, files: Record<string, { sha256: string, early: boolean }> }>} what the site's worker is told */
async function told() {
  return JSON.parse((await readFile(join(folder, 'sw.js'), 'utf8')).split('\n')[0].replace(/^globalThis\.SITE = (.*);$/, '$1'));
}

/**
 * Puts another build in the site's place: its page and a style say so.
 * @returns {Promise<string>} its name
 */
async function publish() {
  const site = await told();
  for (const [file, change] of /** @type {[string, (text: string) => string][]} */ ([
    ['index.html', (text) => text.replace('<html ', '<html data-edition="second" ')],
    ['css/page.css', (text) => `${text}\nhtml{--edition:second}`],
  ])) {
    const text = change(await readFile(join(folder, file), 'utf8'));
    await writeFile(join(folder, file), text);
    site.files[file].sha256 = createHash('sha256').update(text).digest('hex');
  }
  const source = (await readFile(join(folder, 'sw.js'), 'utf8')).split('\n').slice(1).join('\n');
  await writeFile(join(folder, 'sw.js'), `globalThis.SITE = ${JSON.stringify({ ...site, build: 'second' })};\n${source}`);
  return 'second';
}

/** Of which build the page, its style and a file that it asks for now are. @param {Page} page */
const editions = (page) => page.evaluate(async () => [
  document.documentElement.dataset.edition ?? 'first',
  getComputedStyle(document.documentElement).getPropertyValue('--edition') || 'first',
  (await (await fetch('./css/page.css')).text()).includes('--edition:second') ? 'second' : 'first',
]);

test('after one visit the page opens, draws and shows its labs without a network', async ({ page }) => {
  test.slow();
  await visit(page);
  await kept(page, (await told()).build);
  await server.close();
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  for (const points of [SEVEN, NOUGHT]) {
    await page.getByTestId('clear').click();
    await stroke(page, points);
    await expect.poll(async () => ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(10);
    await expect.poll(async () => overlap(await pixels(page, 'model-input'), await pixels(page, 'reconstruction'))).toBeGreaterThan(0.6);
  }
  for (const name of ['Generate', 'Learn']) {
    await page.getByRole('tab', { name }).click();
    await expect(page.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
  }
  await expect(page.locator('.katex').first()).toBeVisible();
  await expect(page.getByTestId('error')).toHaveCount(0);
  server = await serveSite(folder, '/a/sub/path/', {}, await carefulHeaders(folder));
});

test('data that was trained on once is there without a network too; no error is ever kept', async ({ page, problems }) => {
  test.slow();
  await visit(page);
  await kept(page, (await told()).build);
  // From here on the worker answers the page and its workers.
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  expect(await page.evaluate(async () => (await fetch('./no-such-file.js')).status)).toBe(404);
  problems.expect(/404/);
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(3);
  const names = await page.evaluate(async () => {
    const found = [];
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
    return found;
  });
  expect(names.filter((name) => name.includes('no-such-file'))).toEqual([]);
  await server.close();
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(3);
  await expect(page.getByTestId('error')).toHaveCount(0);
  server = await serveSite(folder, '/a/sub/path/', {}, await carefulHeaders(folder));
});

test('a new build: open pages keep theirs, whatever they ask for; loaded again they are the new one as a whole', async ({ page, context }) => {
  test.slow();
  await visit(page);
  await kept(page, (await told()).build);
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  const build = await publish();
  // Whoever opens the site now makes the browser look for a new worker.
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
  await kept(page, build);
  expect(await editions(page)).toEqual(['first', 'first', 'first']);
  const other = await context.newPage();
  await visit(other);
  expect(await editions(other), 'a page that is opened now').toEqual(['second', 'second', 'second']);
  expect(await editions(page), 'beside it, the one that was open').toEqual(['first', 'first', 'first']);
  await other.close();
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  expect(await editions(page)).toEqual(['second', 'second', 'second']);
  // What a page that is gone was opened with is forgotten a little later, when the next one is opened.
  await expect.poll(async () => {
    await page.reload();
    await page.waitForTimeout(1000);
    return page.evaluate(async () => (await caches.keys()).filter((name) => !name.endsWith('clients')));
  }, 'the old build goes').toEqual([`/a/sub/path/#${build}`]);
});

test('a build that is half there is not taken', async ({ page }) => {
  await visit(page);
  const first = (await told()).build;
  await kept(page, first);
  await page.reload();
  await publish();
  // One of its files has not arrived yet.
  await writeFile(join(folder, 'css/page.css'), 'html{}');
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update().catch(() => {});
    const { installing } = registration ?? {};
    if (installing && installing.state === 'installing') await new Promise((resolve) => installing.addEventListener('statechange', resolve));
  });
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  expect(await editions(page)).toEqual(['first', 'first', 'first']);
});
