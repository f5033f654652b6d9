// Elements that come and go: sharing a worker, put in and taken out, moved, fetched when they come near.

import { embed, engines, noteEvents, ready, serve, toldTo } from './element-page.mjs';
import { expect, test } from './fixtures.mjs';
import { SEVEN, stroke, value } from './helpers.mjs';

/** @typedef {import('../../www/js/element/index.js').VaePlayground} VaePlayground */

test('two elements of different models go their own ways', async ({ page, site }) => {
  await page.addInitScript(noteEvents);
  await embed(page, site, '<vae-playground id="a"></vae-playground><vae-playground id="b" model="dense-20" view="map"></vae-playground>');
  const told = (await toldTo(page)).filter(({ name }) => name === 'ready');
  expect(Object.fromEntries(told.map(({ id, detail }) => [id, [detail.model, detail.spec.latent, detail.backend.kind]]))).toEqual({ a: ['mini-2', 2, 'cpu'], b: ['dense-20', 20, 'cpu'] });
  expect(engines(page)).toHaveLength(2);
  await expect(page.locator('#b').getByTestId('latent-sliders').locator('input')).toHaveCount(20);
  const before = await page.locator('#b').getByTestId('digit-elbo').getAttribute('data-value');
  await page.locator('#a').getByTestId('clear').click();
  await expect(page.locator('#a').getByTestId('digit-elbo')).not.toHaveAttribute('data-value');
  await expect(page.locator('#b').getByTestId('digit-elbo')).toHaveAttribute('data-value', String(before));
});

test('elements of one model share a worker until one of them trains; taken off the page, nothing of them is left', async ({ page, site }) => {
  await page.addInitScript(noteEvents);
  await embed(page, site, '<vae-playground id="a"></vae-playground><vae-playground id="b" view="map"></vae-playground><vae-playground id="c"></vae-playground>');
  expect(engines(page)).toHaveLength(1);
  const elbo = (/** @type {string} */ id) => page.locator(`#${id}`).getByTestId('digit-elbo').getAttribute('data-value');
  await expect.poll(() => elbo('a')).not.toBeNull();
  const before = await elbo('c');
  await page.evaluate(() => /** @type {VaePlayground} */ (document.querySelector('#b')).train());
  await expect.poll(async () => (await toldTo(page)).filter(({ name, id }) => name === 'train' && id === 'b').length, { timeout: 60_000 }).toBeGreaterThan(1);
  await page.evaluate(() => /** @type {VaePlayground} */ (document.querySelector('#b')).pause());
  const { detail } = /** @type {{ detail: any }} */ ((await toldTo(page)).findLast(({ name }) => name === 'train'));
  expect(detail.step).toBeGreaterThan(0);
  for (const key of ['loss', 'recon', 'kl', 'stepsPerSecond']) expect(detail[key]).toBeGreaterThan(0);
  expect(detail.loss).toBeCloseTo(detail.recon + detail.kl, 2);
  // What it learnt is seen there alone.
  await expect.poll(() => elbo('b')).not.toBe(before);
  expect(await elbo('c')).toBe(before);

  await page.evaluate(() => document.querySelector('#b')?.remove());
  await expect.poll(() => engines(page).length).toBe(1);
  await page.evaluate(() => document.querySelector('#a')?.remove());
  await page.locator('#c').getByTestId('clear').click();
  await expect(page.locator('#c').getByTestId('digit-elbo')).not.toHaveAttribute('data-value');
  await page.evaluate(() => {
    const c = /** @type {VaePlayground} */ (document.querySelector('#c'));
    c.remove();
    Object.assign(globalThis, { c });
  });
  await expect.poll(() => engines(page).length).toBe(0);
  // Put back, it works again, with nothing on the pad, as it was left.
  await page.evaluate(() => document.body.append(/** @type {any} */ (globalThis).c));
  await ready(page);
  expect(engines(page)).toHaveLength(1);
  await stroke(page, SEVEN);
  await expect.poll(() => value(page, 'digit-elbo')).toBeLessThan(0);
});

test('put in and taken out faster than it can begin, and shown another way meanwhile, it ends well', async ({ page, site }) => {
  await page.goto(await serve(page, site, '<div id="there"></div>'));
  await page.evaluate(async () => {
    const wait = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const there = /** @type {Element} */ (document.querySelector('#there'));
    const element = /** @type {VaePlayground} */ (document.createElement('vae-playground'));
    for (const ms of [0, 1, 20, 60, 120, 250, 500]) {
      there.append(element);
      await wait(ms);
      element.remove();
      await wait(0);
    }
    there.append(element);
    for (const view of /** @type {const} */ (['map', 'train', 'draw', 'full', 'map'])) {
      element.view = view;
      await wait(30);
    }
  });
  await ready(page);
  await expect(page.getByTestId('latent-map')).toBeVisible();
  await expect(page.getByTestId('train')).toHaveCount(0);
  await expect(page.getByRole('group', { name: 'VAE Playground' })).toBeVisible();
  await expect.poll(() => engines(page).length).toBe(1);
  await page.evaluate(() => document.querySelector('vae-playground')?.remove());
  await expect.poll(() => engines(page).length).toBe(0);
});

test('moved within the page, an element goes on as it was', async ({ page, site }) => {
  await page.addInitScript(noteEvents);
  await embed(page, site, '<vae-playground></vae-playground><div id="there"></div>');
  await page.getByTestId('clear').click();
  await page.evaluate(() => document.querySelector('#there')?.append(/** @type {Element} */ (document.querySelector('vae-playground'))));
  await expect(page.getByTestId('undo')).toBeEnabled();
  await page.getByTestId('undo').click();
  await expect.poll(() => value(page, 'digit-elbo')).toBeLessThan(0);
  expect((await toldTo(page)).filter(({ name }) => name === 'ready')).toHaveLength(1);
});

test('nothing is fetched but a few small modules until the element comes near', async ({ page, site }) => {
  /** @type {string[]} */
  const fetched = [];
  page.on('request', (request) => fetched.push(request.url().slice(site.length)));
  const url = await serve(page, site, '<div style="height: 5000px">Text</div><vae-playground></vae-playground>');
  await page.goto(url);
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => customElements.get('vae-playground') !== undefined)).toBe(true);
  expect(fetched.filter((path) => /wasm|pretrained|worker|data\/|\.css/.test(path))).toEqual([]);
  expect(fetched.length).toBeLessThan(20);
  expect(engines(page)).toHaveLength(0);
  await page.evaluate(() => document.querySelector('vae-playground')?.scrollIntoView());
  await ready(page);
  expect(fetched.some((path) => path.includes('_bg.wasm'))).toBe(true);
  // A view that only draws has no use for test digits, maps and training.
  expect(fetched.filter((path) => /data\/|uPlot|views\/(map|chart)|js\/labs|dense-/.test(path))).toEqual([]);
});
