// The lab of imagining: with the mouse and with the keyboard.

import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures.mjs';
import { ink, open, pixels } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @param {string} [model]
 */
async function openLab(page, model = 'dense-20') {
  await open(page, `?lang=en#preset=${model}`);
  await page.getByRole('tab', { name: 'Generate' }).click();
  await expect.poll(async () => ink(await pixels(page, 'prior-sheet'))).toBeGreaterThan(1000);
}

/** What the page's model makes of the digit that a control shows, decoded at its mean code.
 * @param {Page} page
 * @param {string} id
 */
const reconstructionOf = async (page, id) => {
  const image = await pixels(page, `${id}-picture`);
  return page.evaluate(async (values) => {
    const { vae } = /** @type {any} */ (globalThis).playground;
    return Array.from(await vae.reconstruct(Float32Array.from(values)), Number);
  }, image);
};

const distance = (/** @type {number[]} */ a, /** @type {number[]} */ b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

test('the sheet follows seed and temperature; a picture that is chosen is decoded above', async ({ page }) => {
  await openLab(page);
  const before = await pixels(page, 'prior-sheet');
  await page.getByTestId('prior-seed').fill('77');
  await expect.poll(() => pixels(page, 'prior-sheet')).not.toEqual(before);
  const first = (/** @type {number[]} */ sheet) => Array.from({ length: 784 }, (_, i) => sheet[Math.floor(i / 28) * 298 + (i % 28)]);
  const grid = page.getByTestId('prior-grid');
  await grid.click({ position: { x: 8, y: 8 } });
  const shown = first(await pixels(page, 'prior-sheet'));
  await expect.poll(async () => distance(shown, await pixels(page, 'reconstruction'))).toBeLessThan(0.02);
  await grid.press('ArrowRight');
  await expect.poll(async () => distance(shown, await pixels(page, 'reconstruction'))).toBeGreaterThan(0.3);
  await grid.press('Home');
  await expect.poll(async () => distance(shown, await pixels(page, 'reconstruction'))).toBeLessThan(0.02);
  await page.getByTestId('temperature').fill('0');
  await expect.poll(async () => {
    const sheet = await pixels(page, 'prior-sheet');
    return distance(first(sheet), Array.from({ length: 784 }, (_, i) => sheet[(270 + Math.floor(i / 28)) * 298 + 270 + (i % 28)]));
  }).toBe(0);
});

test('the film goes from one reconstruction to the other, along the line and along the arc', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('morph-from').selectOption('7');
  await page.getByTestId('morph-to').selectOption('0');
  await page.getByTestId('morph-to-next').click();
  const position = page.getByTestId('morph-position');
  await expect(position).toBeEnabled();
  /** @type {number[][]} */
  const middles = [];
  for (const way of ['linear', 'spherical']) {
    await page.getByTestId('morph-way').selectOption(way);
    for (const [key, end] of [['Home', 'morph-from'], ['End', 'morph-to']]) {
      const expected = await reconstructionOf(page, end);
      await position.press(key);
      await expect.poll(async () => distance(expected, await pixels(page, 'morph-film')), `${way} ${end}`).toBeLessThan(0.02);
    }
    await position.fill('16');
    middles.push(await pixels(page, 'morph-film'));
  }
  expect(distance(middles[0], middles[1])).toBeGreaterThan(0.02);
});

test('the film plays, stops, and is saved as a GIF', async ({ page }) => {
  await openLab(page);
  const play = page.getByTestId('morph-play');
  await expect(play).toBeEnabled();
  await play.click();
  await expect.poll(() => page.getByTestId('morph-position').inputValue()).not.toBe('0');
  await play.press('Enter');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId('morph-gif').click()]);
  expect(saved.suggestedFilename()).toBe('vae-dense-20-morph.gif');
  const bytes = await readFile(await saved.path());
  expect(bytes.subarray(0, 6).toString()).toBe('GIF89a');
  expect(bytes.readUInt16LE(6)).toBe(224);
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByTestId('sheet-png').click()]);
  const png = await readFile(await sheet.path());
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBe(4 * 298);
});

test('sums of codes: nothing of a difference is the digit itself', async ({ page }) => {
  await openLab(page);
  await expect.poll(async () => ink(await pixels(page, 'sum-result'))).toBeGreaterThan(20);
  const moved = await pixels(page, 'sum-result');
  await page.getByTestId('sum-amount').fill('0');
  const itself = await reconstructionOf(page, 'sum-start');
  await expect.poll(async () => distance(itself, await pixels(page, 'sum-result'))).toBeLessThan(0.02);
  expect(distance(itself, moved)).toBeGreaterThan(0.3);
  await page.getByTestId('sum-plus').selectOption('3');
  await page.getByTestId('sum-amount').fill('2');
  await expect.poll(async () => distance(itself, await pixels(page, 'sum-result')), 'a class less itself is nothing').toBeLessThan(0.02);
});

test('a conditional model writes one style in ten classes', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('style-model').click();
  await expect(page.getByTestId('preset')).toHaveValue('cvae-20');
  await expect(page.getByTestId('styles')).toBeVisible();
  await page.getByTestId('style-random').click();
  await expect.poll(async () => ink(await pixels(page, 'styles'))).toBeGreaterThan(300);
  await expect(page.getByTestId('error')).toHaveCount(0);
});
