// Two runs side by side.

import { expect, test } from './fixtures.mjs';
import { ink, open, pixels } from './helpers.mjs';

/** @param {import('@playwright/test').Page} page @param {'A' | 'B'} letter */
const step = async (page, letter) => Number(await page.getByTestId(`compare-${letter}-numbers`).getAttribute('data-step'));

test('two runs differ in β, keep step, share a scale, wait and go on', async ({ page }) => {
  test.setTimeout(240_000);
  await open(page, '#preset=dense-2&batch=16&tab=train');
  await page.getByTestId('open-compare').click();
  await expect(page.getByTestId('compare-key')).toHaveValue('beta');
  await page.getByTestId('compare-A').fill('-1');
  await expect(page.getByTestId('compare-start')).toBeDisabled();
  await page.getByTestId('compare-A').fill('0.5');
  await page.getByTestId('compare-start').click();
  for (const letter of /** @type {const} */ (['A', 'B'])) await expect.poll(() => step(page, letter), { timeout: 120_000 }).toBeGreaterThan(10);
  await page.getByTestId('compare-pause').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.compare')).toHaveAttribute('data-phase', 'paused');
  await page.waitForTimeout(500);
  const [a, b] = [await step(page, 'A'), await step(page, 'B')];
  expect(Math.abs(a - b)).toBeLessThanOrEqual(80);
  await expect.poll(async () => ink(await pixels(page, 'compare-A-map'))).toBeGreaterThan(0);
  const half = await page.getByTestId('compare-A-map').getAttribute('data-half');
  expect(Number(half)).toBeGreaterThan(0);
  await expect(page.getByTestId('compare-B-map')).toHaveAttribute('data-half', String(half));
  await page.waitForTimeout(400);
  expect(await step(page, 'A')).toBe(a);
  await page.keyboard.press('Enter');
  await expect.poll(() => step(page, 'A'), { timeout: 60_000 }).toBeGreaterThan(a);
  await page.getByTestId('compare-close').click();
  await expect(page.locator('.compare')).toHaveAttribute('data-phase', 'idle');
  await expect(page.getByTestId('compare-start')).toBeFocused();
});
