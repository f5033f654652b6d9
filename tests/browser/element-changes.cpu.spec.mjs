// The element while things change under it: taken off the page, told otherwise while it loads, short of a file.

import { embed, engines, noteEvents, ready, serve, toldTo } from './element-page.mjs';
import { expect, test } from './fixtures.mjs';

/** @typedef {import('../../www/js/element/index.js').VaePlayground} VaePlayground */

test('what was asked of it before it was taken away is refused, and starts nothing', async ({ page, site }) => {
  await embed(page, site, '<vae-playground></vae-playground>');
  const code = await page.evaluate(async () => {
    const element = /** @type {VaePlayground} */ (document.querySelector('vae-playground'));
    const asked = element.train();
    element.remove();
    return asked.then(() => 'trained', (/** @type {{ code: string }} */ { code }) => code);
  });
  expect(code).toBe('disposed');
  await expect.poll(() => engines(page)).toHaveLength(0);
});

test('what is asked while it begins anew is done by what comes', async ({ page, site }) => {
  await page.addInitScript(noteEvents);
  await embed(page, site, '<vae-playground backend="cpu"></vae-playground>');
  const drawn = await page.evaluate(async () => {
    const element = /** @type {VaePlayground} */ (document.querySelector('vae-playground'));
    element.backend = 'auto';
    const asked = element.draw([[0.5, 0.2, 0.5, 0.8]]);
    element.theme = 'dark';
    element.backend = 'cpu';
    await asked;
    return element.ready;
  });
  expect(drawn).toBe(true);
  // One stroke downwards: little ink beside what the page begins with.
  await expect.poll(async () => {
    const changes = (await toldTo(page)).filter(({ name }) => name === 'change');
    return changes.at(-1)?.detail.input && Object.values(changes.at(-1)?.detail.input).filter((value) => Number(value) > 0.5).length;
  }).toBeLessThan(75);
});

test('a view that is asked for while another one comes has its digits, and a code chosen by hand stays', async ({ page, site }) => {
  await page.route(/\.css$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue();
  });
  await page.goto(await serve(page, site, '<vae-playground view="map"></vae-playground>'));
  await page.evaluate(() => {
    const element = /** @type {VaePlayground} */ (document.querySelector('vae-playground'));
    element.view = 'draw';
    element.view = 'train';
  });
  await ready(page);
  await expect(page.locator('.digit[data-digit="7"]').first()).toBeVisible();
  const slider = page.getByTestId('latent-sliders').locator('input').first();
  await slider.fill('1.5');
  await page.evaluate(() => void (/** @type {VaePlayground} */ (document.querySelector('vae-playground')).view = 'map'));
  await expect(page.getByTestId('train')).toHaveCount(0);
  await expect(slider).toHaveValue('1.5');
});

test('a style sheet that cannot be had is told in words, and comes at the second try', async ({ page, site, problems }) => {
  await page.addInitScript(noteEvents);
  problems.expect(/503|Failed to load resource/);
  const styles = /draw\.css/;
  await page.route(styles, (route) => route.fulfill({ status: 503 }));
  await page.goto(await serve(page, site, '<vae-playground lang="en"></vae-playground>'));
  await expect(page.getByRole('alert')).toBeVisible();
  expect((await toldTo(page)).filter(({ name }) => name === 'error').map(({ detail }) => detail.code)).toEqual(['network']);
  await page.unroute(styles);
  await page.getByRole('button').click();
  await ready(page);
});

test('within another component it speaks the language of the page', async ({ page, site }) => {
  await page.goto(await serve(page, site, '<div id="host" lang="zh"></div>'));
  await page.evaluate(() => {
    const root = /** @type {HTMLElement} */ (document.querySelector('#host')).attachShadow({ mode: 'open' });
    root.append(document.createElement('vae-playground'));
  });
  await expect(page.locator('vae-playground')).toContainText('写一个数字', { timeout: 30_000 });
});
