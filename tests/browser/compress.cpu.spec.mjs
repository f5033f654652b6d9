// The lab of compression: with the mouse and with the keyboard.

import { expect, test } from './fixtures.mjs';
import { open, pixels, value } from './helpers.mjs';

/** @param {import('@playwright/test').Page} page */
async function openLab(page) {
  await open(page, '?lang=en');
  await page.getByRole('tab', { name: 'Compress' }).click();
  await expect.poll(() => value(page, 'vae-20-psnr'), { timeout: 60_000 }).toBeGreaterThan(0);
}

test('more numbers keep more; twenty of an autoencoder keep more than twenty components', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('compress-digit').selectOption('5');
  await page.getByTestId('compress-digit-next').click();
  await expect.poll(() => pixels(page, 'compress-original')).toEqual(await pixels(page, 'compress-digit-picture'));
  const ratio = (/** @type {string} */ id) => value(page, `${id}-psnr`);
  await expect.poll(async () => (await ratio('vae-20')) > (await ratio('pca-20'))).toBe(true);
  expect(await ratio('vae-20')).toBeGreaterThan(await ratio('vae-2'));
  expect(await ratio('pca-20')).toBeGreaterThan(await ratio('pca-2'));
  expect(await value(page, 'vae-20-bytes')).toBe(20);
  expect(await value(page, 'vae-20-bits')).toBeLessThan(20 * 8);
  expect(await value(page, 'vae-20-bits')).toBeGreaterThan(await value(page, 'vae-2-bits'));
  for (const whole of ['compress-png', 'compress-deflate']) expect(await value(page, whole)).toBeGreaterThan(60);
});

test('the handle chooses how many numbers the middle keeps, by keyboard; all of them are the whole code', async ({ page }) => {
  await openLab(page);
  const handle = page.getByTestId('compress-numbers');
  await handle.press('Home');
  await expect.poll(() => value(page, 'vae-k-bytes')).toBe(1);
  const [few] = [await value(page, 'vae-k-psnr')];
  await handle.press('End');
  await expect.poll(() => value(page, 'vae-k-bytes')).toBe(20);
  expect(await value(page, 'vae-k-psnr')).toBe(await value(page, 'vae-20-psnr'));
  expect(await value(page, 'pca-k-psnr')).toBe(await value(page, 'pca-20-psnr'));
  expect(few).toBeLessThan(await value(page, 'vae-20-psnr'));
});

test('the curves come, and a blank pad leaves nothing to compress', async ({ page }) => {
  await openLab(page);
  const curves = page.getByTestId('compress-curves');
  await expect(curves).toHaveAttribute('data-components', '20', { timeout: 60_000 });
  await expect(curves).toHaveAttribute('data-twenty', '20');
  await expect(curves).toHaveAttribute('data-two', '1');
  await page.getByTestId('clear').click();
  await expect(page.getByTestId('vae-20-psnr')).not.toHaveAttribute('data-value');
  await expect(page.getByTestId('compress-png')).not.toHaveAttribute('data-value');
});
