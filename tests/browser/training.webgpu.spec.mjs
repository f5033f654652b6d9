// The page with a WebGPU adapter, which on this kind of machine is a program.

import { expect, test } from './fixtures.mjs';
import { ink, open, overlap, pixels, stroke, value, SEVEN } from './helpers.mjs';

test('a software adapter loses to the CPU, and the page says so', async ({ page }) => {
  await open(page);
  const badge = page.getByTestId('backend');
  await expect(badge).toHaveAttribute('data-value', 'cpu');
  await expect(badge).toHaveAttribute('data-reason', 'software-adapter');
  await badge.locator('summary').click();
  await expect(badge).toContainText('imitated by software');
});

test('WebGPU on request: the badge names the adapter, and drawings are reconstructed', async ({ page }) => {
  await open(page, '?backend=webgpu');
  const badge = page.getByTestId('backend');
  await expect(badge).toHaveAttribute('data-value', 'webgpu');
  await expect(badge).toHaveAttribute('data-reason', 'requested');
  await expect(badge).toContainText(/swiftshader/i);
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect.poll(async () => overlap(await pixels(page, 'model-input'), await pixels(page, 'reconstruction'))).toBeGreaterThan(0.75);
  expect(ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(30);
});

test('twenty steps on WebGPU with a falling loss, then pause, step and reset', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page, '?backend=webgpu#batch=32');
  await page.getByTestId('reset').click();
  await page.getByTestId('step').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 120_000 }).toBe(1);
  const first = -(await value(page, 'loss-elbo'));
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 240_000 }).toBeGreaterThanOrEqual(20);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
  await page.waitForTimeout(3000);
  const paused = await value(page, 'step-count');
  const last = -(await value(page, 'loss-elbo'));
  expect(first).toBeGreaterThan(500);
  expect(last).toBeLessThan(first - 200);
  await page.getByTestId('step').click();
  await expect.poll(() => value(page, 'step-count')).toBe(paused + 1);
  await page.getByTestId('reset').click();
  await expect.poll(() => value(page, 'step-count')).toBe(0);
});
