// The lab of repair: with the mouse and with the keyboard.

import { expect, test } from './fixtures.mjs';
import { open, pixels, value, rgba } from './helpers.mjs';

/** @param {import('@playwright/test').Page} page */
async function openLab(page) {
  await open(page, '?lang=en#preset=dense-20');
  await page.getByRole('tab', { name: 'Repair' }).click();
  await expect.poll(() => value(page, 'repair-count')).toBeGreaterThan(0);
}

/** @param {import('@playwright/test').Page} page */
const atRest = (page) => expect.poll(() => value(page, 'repair-count'), { timeout: 60_000 }).toBe(160);

test('from noise the search comes nearer to the original than one pass, and its energy falls', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('repair-restart').click();
  await expect.poll(() => value(page, 'repair-energy')).toBeGreaterThan(0);
  const early = await value(page, 'repair-energy');
  await atRest(page);
  expect(await value(page, 'repair-energy')).toBeLessThan(early);
  const [damaged, onePass, search] = await Promise.all(['damaged', 'onePass', 'search'].map((name) => value(page, `repair-${name}-psnr`)));
  expect(search).toBeGreaterThan(damaged + 4);
  expect(search).toBeGreaterThan(onePass + 3);
});

test('blur and thumbnail are undone, by keyboard', async ({ page }) => {
  await openLab(page);
  for (const kind of ['blur', 'thumbnail']) {
    const before = await value(page, 'repair-damaged-psnr');
    await page.getByTestId(`repair-${kind}`).focus();
    await page.keyboard.press('Space');
    await expect.poll(() => value(page, 'repair-damaged-psnr')).not.toBe(before);
    await atRest(page);
    expect(await value(page, 'repair-search-psnr'), kind).toBeGreaterThan((await value(page, 'repair-damaged-psnr')) + 2);
  }
});

test('more of a hole is rubbed out with the mouse and with the keyboard; what is left stays', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('repair-digit').selectOption('7');
  await page.getByTestId('repair-hole').check({ force: true });
  await page.getByTestId('repair-strength').fill('6');
  const canvas = async () => {
    const data = await rgba(page.getByTestId('repair-damaged'));
    return Array.from({ length: 784 }, (_, i) => Number(data[4 * i] !== data[4 * i + 2]));
  };
  const lost = async () => (await canvas()).reduce((sum, one) => sum + one, 0);
  await expect.poll(lost).toBe(6 * 28);
  const board = page.getByTestId('repair-board');
  const box = await board.boundingBox();
  if (!box) throw new Error('the board is not on the page');
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 90, box.y + 20, { steps: 8 });
  await page.mouse.up();
  await expect.poll(lost).toBeGreaterThan(6 * 28 + 20);
  const before = await lost();
  await board.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect.poll(lost).toBeGreaterThan(before);
  await atRest(page);
  const [original, found, gone] = [await pixels(page, 'repair-original-picture'), await pixels(page, 'repair-search-picture'), await canvas()];
  expect(found.filter((one, i) => !gone[i] && Math.abs(one - original[i]) > 0.01)).toEqual([]);
  expect(found.filter((one, i) => gone[i] && one > 0.05).length).toBeGreaterThan(5);
});

test('pause, step, and back through the steps; another model does not break it', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('repair-restart').click();
  // Until its first step is there, a search counts none.
  await expect.poll(() => value(page, 'repair-count')).toBeGreaterThan(0);
  await page.getByTestId('repair-run').click();
  const rest = await value(page, 'repair-count');
  await page.getByTestId('repair-step').click();
  await expect.poll(() => value(page, 'repair-count')).toBeGreaterThan(rest);
  const now = await pixels(page, 'repair-film');
  await page.getByTestId('repair-position').press('Home');
  await expect.poll(() => pixels(page, 'repair-film')).not.toEqual(now);
  await page.getByTestId('repair-run').click();
  await page.getByRole('tab', { name: 'Train' }).click();
  await page.getByTestId('preset').selectOption('dense-2');
  await page.getByRole('tab', { name: 'Repair' }).click();
  await atRest(page);
  await expect(page.getByTestId('error')).toHaveCount(0);
});
