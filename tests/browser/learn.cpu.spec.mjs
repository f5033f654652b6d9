// The tour, slow motion, the equations, the glossary.

import { expect, test } from './fixtures.mjs';
import { ink, open, pixels, value } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/** Whether a box lies on the screen. @param {Page} page @param {import('@playwright/test').Locator} locator */
async function onScreen(page, locator) {
  const [box, view] = [await locator.boundingBox(), page.viewportSize()];
  return box !== null && view !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= view.width + 1 && box.y + box.height <= view.height + 1;
}

for (const [width, height] of [[1280, 800], [360, 740], [1920, 1080]]) {
  test(`the tour leads through its stops by keyboard at ${width}×${height}, and leaves all as it was`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page);
    const seen = await pixels(page, 'model-input');
    await expect.poll(async () => ink(await pixels(page, 'sample-sheet'))).toBeGreaterThan(0);
    const sheet = await pixels(page, 'sample-sheet');
    const button = page.getByTestId('tour');
    await button.press('Enter');
    const guide = page.getByTestId('guide');
    await expect(guide).toBeVisible();
    const count = Number((await guide.locator('.guide-head').textContent())?.match(/of (\d+)/)?.[1]);
    expect(count).toBe(12);
    const titles = new Set();
    for (let at = 1; at <= count; at++) {
      await expect(guide).toContainText(`${at} of ${count}`);
      await expect(page.locator('.ring.spot')).toBeVisible();
      await expect.poll(() => onScreen(page, guide)).toBe(true);
      // The top of what is spoken of can be seen.
      await expect.poll(async () => {
        const box = await page.locator('.ring.spot').boundingBox();
        return box !== null && box.y > -20 && box.y < height - 40;
      }).toBe(true);
      titles.add(await guide.locator('h2').textContent());
      if (at < count) await page.keyboard.press('ArrowRight');
    }
    expect(titles.size).toBe(count);
    await page.keyboard.press('ArrowLeft');
    await expect(guide).toContainText(`${count - 1} of ${count}`);
    await page.keyboard.press('Escape');
    await expect(guide).toHaveCount(0);
    await expect(button).toBeFocused();
    await expect.poll(() => pixels(page, 'model-input')).toEqual(seen);
    await expect.poll(() => pixels(page, 'sample-sheet')).toEqual(sheet);
    expect(await page.evaluate(() => /** @type {any} */ (globalThis).playground.store.state.zSource)).toBe('mu');
  });
}

test('the tour trains from nothing when asked, and gives the model back', async ({ page }) => {
  await open(page);
  const before = await pixels(page, 'reconstruction');
  await page.getByTestId('tour').click();
  for (let i = 1; i < 12; i++) await page.getByTestId('guide-next').click();
  await page.getByTestId('guide-do').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(5);
  await page.getByTestId('guide-next').click();
  await expect(page.getByTestId('guide')).toHaveCount(0);
  await expect.poll(() => pixels(page, 'reconstruction')).toEqual(before);
  expect(await value(page, 'step-count')).toBe(0);
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'idle');
  expect(await page.evaluate(() => /** @type {any} */ (globalThis).playground.store.state.weights)).toBe('pretrained');
});

test('a training of one’s own is not forgotten by the tour', async ({ page }) => {
  await open(page);
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByTestId('tour').click();
  for (let i = 1; i < 12; i++) await page.getByTestId('guide-next').click();
  await expect(page.getByTestId('guide')).toContainText('A training of yours is under way');
  await expect(page.getByTestId('guide-do')).toBeHidden();
});

test('stops whose places a teacher has taken away are left out', async ({ page }) => {
  await open(page, '?hide=console');
  await page.getByTestId('tour').click();
  await expect(page.getByTestId('guide')).toContainText('1 of 9');
});

test('the equations hold the drawing’s numbers, and a term lights its place', async ({ page }) => {
  await open(page, '#tab=learn');
  const numbers = page.locator('.eq-numbers').nth(1);
  const read = () => numbers.evaluate((element) => Object.fromEntries(
    [...element.querySelectorAll('[data-slot]')].map((slot) => [/** @type {HTMLElement} */ (slot).dataset.slot, Number(slot.textContent?.replace('−', '-'))]),
  ));
  await expect.poll(async () => (await read()).sigma).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'z = μ + σ·ε' }).click();
  await expect.poll(async () => (await read()).eps).not.toBe(0);
  const { z, mu, sigma, eps } = await read();
  expect(Math.abs(z - (mu + sigma * eps))).toBeLessThan(0.05 + 0.01 * Math.abs(eps));

  const place = await page.getByTestId('reconstruction').boundingBox();
  const chip = page.locator('.eq .chip', { hasText: 'reconstruction' }).first();
  await chip.focus();
  const ring = page.locator('.ring.light');
  await expect(ring).toBeVisible();
  const box = await ring.boundingBox();
  expect(Math.abs((box?.x ?? 0) - (place?.x ?? 0))).toBeLessThan(20);
  await chip.blur();
  await expect(ring).toHaveCount(0);
  await page.locator('.eq-line [data-term="mu"]').first().hover();
  await expect(ring).toBeVisible();
});

test('the glossary finds words in both languages', async ({ page }) => {
  await open(page, '#tab=learn');
  const entries = page.locator('.glossary > div:visible');
  await page.getByTestId('glossary-find').fill('prior');
  await expect.poll(() => entries.count()).toBeGreaterThan(1);
  expect(await entries.count()).toBeLessThan(8);
  await page.getByTestId('glossary-find').fill('xyzzy');
  await expect(page.getByText('No such word here.')).toBeVisible();
  await page.getByTestId('language').selectOption('zh');
  await page.getByTestId('glossary-find').fill('先验');
  await expect.poll(() => entries.count()).toBeGreaterThan(1);
});

test('a conditional model’s loss is told in its class', async ({ page }) => {
  await open(page, '#preset=cvae-20&tab=learn');
  await page.getByTestId('slow-start').click();
  const guide = page.getByTestId('guide');
  await page.getByTestId('guide-play').click();
  for (let i = 2; i <= 5; i++) {
    await page.keyboard.press('ArrowRight');
    await expect(guide).toContainText(`${i} of 7`);
  }
  await expect(guide).toContainText(/Reconstruction \d+\.\d nats/);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('slow motion goes through one real training step', async ({ page }) => {
  await open(page, '#tab=learn');
  await page.getByTestId('slow-start').click();
  const guide = page.getByTestId('guide');
  await page.getByTestId('guide-play').click();
  await expect(page.getByTestId('guide-play')).toHaveText('Play');
  for (let i = 2; i <= 5; i++) {
    await page.keyboard.press('ArrowRight');
    await expect(guide).toContainText(`${i} of 7`);
  }
  await expect(guide).toContainText(/Reconstruction \d+\.\d nats/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBe(1);
  await expect(guide).toContainText('A real step was taken');
  await page.keyboard.press('Escape');
  await expect(guide).toHaveCount(0);
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
});
