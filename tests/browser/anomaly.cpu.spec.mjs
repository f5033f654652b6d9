// The lab of anomalies: with the mouse and with the keyboard.

import { expect, test } from './fixtures.mjs';
import { NOUGHT, open, stroke, value } from './helpers.mjs';

/** @param {import('@playwright/test').Page} page */
async function openLab(page) {
  await open(page, '?lang=en#preset=dense-20');
  await page.getByRole('tab', { name: 'Anomalies' }).click();
  await expect.poll(() => value(page, 'caught'), { timeout: 60_000 }).toBeGreaterThan(0);
}

test('a scribble, letters and noise are costlier than 95 of 100 test digits; a blank picture fools the score', async ({ page }) => {
  await openLab(page);
  for (const odd of ['scribble', 'k', 'noise', 'inverted', 'checks', 'face']) {
    await page.getByTestId(`odd-${odd}`).click();
    await expect.poll(() => value(page, 'anomaly-beyond'), odd).toBeLessThan(0.05);
    await expect(page.getByTestId(`odd-${odd}`)).toHaveClass(/out/);
  }
  await page.getByTestId('odd-blank').click();
  await expect.poll(() => value(page, 'anomaly-beyond')).toBeGreaterThan(0.95);
});

test('the threshold decides; by keyboard', async ({ page }) => {
  await openLab(page);
  expect(await value(page, 'share-beyond')).toBeCloseTo(0.05, 2);
  const handle = page.getByTestId('threshold');
  await handle.press('End');
  await expect.poll(() => value(page, 'share-beyond')).toBe(0);
  const few = await value(page, 'caught');
  await handle.press('Home');
  await expect.poll(() => value(page, 'share-beyond')).toBe(1);
  expect(await value(page, 'caught')).toBeGreaterThan(few);
});

test('arrow keys go through the pictures from the usual to the odd', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('odd-shirt').click();
  await page.keyboard.press('Home');
  const totals = [];
  for (let i = 0; i < 18; i++) {
    totals.push(await value(page, 'anomaly-total'));
    await page.keyboard.press('ArrowRight');
  }
  expect(totals).toEqual([...totals].sort((a, b) => a - b));
  await expect.poll(() => value(page, 'anomaly-total')).toBe(totals[0]);
});

test('your drawing is scored as it changes', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('odd-yours').click();
  const before = await value(page, 'anomaly-total');
  await page.getByTestId('clear').click();
  await expect(page.getByTestId('odd-yours')).toBeHidden();
  await stroke(page, NOUGHT);
  await expect.poll(async () => Math.abs((await value(page, 'anomaly-total')) - before)).toBeGreaterThan(1);
  await expect(page.getByTestId('odd-yours')).toBeVisible();
});
