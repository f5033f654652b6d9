// The curves and bars of the training console, with mouse and keyboard.

import { expect, test } from './fixtures.mjs';
import { ink, open, overlap, pixels, value } from './helpers.mjs';

/** @param {import('@playwright/test').Page} page */
async function trainSome(page, steps = 8) {
  await open(page, '#preset=dense-2&batch=16&tab=train');
  await page.getByTestId('reset').click();
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(steps);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
}

test('curves are told in numbers, taken away and brought back', async ({ page }) => {
  await trainSome(page);
  for (const id of ['elbo', 'recon', 'kl', 'cost']) await expect(page.getByTestId(`curve-${id}`)).toContainText(/\d/);
  const kl = page.getByTestId('curve-kl');
  await kl.click();
  await expect(kl).toHaveAttribute('aria-pressed', 'false');
  await kl.press('Enter');
  await expect(kl).toHaveAttribute('aria-pressed', 'true');
  const log = page.getByTestId('chart-log');
  await log.click();
  await expect(log).toHaveAttribute('aria-pressed', 'false');
  await expect(page.locator('.chart .uplot')).toHaveCount(1);
});

test('a zoom by drag, by keys and by buttons, and back to all', async ({ page }) => {
  await trainSome(page, 20);
  const chart = page.locator('.chart');
  const plot = page.getByTestId('loss-chart');
  await plot.scrollIntoViewIfNeeded();
  const box = await page.locator('.chart .u-over').boundingBox();
  if (!box) throw new Error('no plot');
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect(chart).toHaveAttribute('data-zoom', /\d/);
  await page.getByTestId('chart-all').click();
  await expect(chart).toHaveAttribute('data-zoom', '');
  await expect(plot).toBeFocused();
  await page.keyboard.press('+');
  await expect(chart).toHaveAttribute('data-zoom', /\d/);
  await page.keyboard.press('0');
  await expect(chart).toHaveAttribute('data-zoom', '');
  await page.keyboard.press('Home');
  await expect(page.getByTestId('chart-step')).toHaveAttribute('data-value', '1');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('chart-step')).toHaveAttribute('data-value', '2');
});

test('two fingers come closer, and go back', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, baseURL });
  const page = await context.newPage();
  await trainSome(page, 20);
  const over = page.locator('.chart .u-over');
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  if (!box) throw new Error('no plot');
  const session = await context.newCDPSession(page);
  /** @param {[number, number]} from shares of the width @param {[number, number]} to */
  const pinch = async (from, to) => {
    const points = (/** @type {number} */ t) => from.map((share, id) => ({ id, x: box.x + box.width * (share + (to[id] - share) * t), y: box.y + box.height / 2 }));
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(0) });
    for (const t of [0.25, 0.5, 0.75, 1]) await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(t) });
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  const chart = page.locator('.chart');
  await pinch([0.4, 0.6], [0.2, 0.8]);
  await expect(chart).toHaveAttribute('data-zoom', /\d/);
  await pinch([0.1, 0.9], [0.48, 0.52]);
  await expect(chart).toHaveAttribute('data-zoom', '');
  await context.close();
});

test('the divergence of each dimension, and what it says when nothing is in use', async ({ page }) => {
  await open(page, '#preset=dense-2&tab=train');
  await expect(page.getByTestId('kl-readout')).toHaveAttribute('data-value', '2');
  await expect(page.getByTestId('collapse')).toBeHidden();
  await page.getByTestId('kl-dimensions').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('kl-readout')).toContainText(/z[12]: \d/);
  await page.getByTestId('kl-sort').click();
  await expect(page.getByTestId('kl-sort')).toHaveAttribute('aria-pressed', 'false');
});

test('fixed digits and samples improve as one watches', async ({ page }) => {
  await open(page, '#preset=dense-2&batch=32&tab=train');
  const rows = async () => {
    const picture = await pixels(page, 'fixed-digits');
    return [picture.slice(0, picture.length / 2), picture.slice(-picture.length / 2)];
  };
  await page.getByTestId('reset').click();
  await expect.poll(async () => overlap(...(/** @type {[number[], number[]]} */ (await rows())))).toBeLessThan(0.6);
  const sheet = await pixels(page, 'sample-sheet');
  await page.getByTestId('train').click();
  await expect.poll(async () => overlap(...(/** @type {[number[], number[]]} */ (await rows()))), { timeout: 90_000 }).toBeGreaterThan(0.6);
  await expect.poll(async () => overlap(sheet, await pixels(page, 'sample-sheet'))).toBeLessThan(0.9);
  expect(ink(sheet)).toBeGreaterThan(0);
  await expect(page.getByTestId('epoch-progress')).toHaveAttribute('value', /0\.\d+/);
  await expect(page.getByTestId('time-left')).toContainText(/\d/);
});
