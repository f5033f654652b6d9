// What goes on inside: live layers, units' weights, the posterior, and how good the reconstruction is.

import { expect, test } from './fixtures.mjs';
import { SEVEN, open, stroke, value, rgba } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Shares of lit cells of a layer's block.
 * @param {Page} page
 * @param {'encoder' | 'decoder'} half
 */
const picture = async (page, half) => {
  const data = await rgba(page.getByTestId(`${half}-network`).locator('canvas').first());
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]);
};

test('layers light up with the drawing and go dark without one', async ({ page }) => {
  await open(page);
  const lit = async (/** @type {'encoder' | 'decoder'} */ half) => (await picture(page, half)).filter((alpha) => alpha > 0).length;
  for (const half of /** @type {const} */ (['encoder', 'decoder'])) await expect.poll(() => lit(half)).toBeGreaterThan(2);
  const before = await picture(page, 'encoder');
  await page.getByTestId('clear').click();
  await expect.poll(() => lit('encoder')).toBe(0);
  await stroke(page, SEVEN);
  await expect.poll(() => lit('encoder')).toBeGreaterThan(2);
  expect(await picture(page, 'encoder')).not.toEqual(before);
});

test('a unit is looked at with the mouse: its weights on the pixels, twice the same closes it', async ({ page }) => {
  await open(page);
  const units = page.getByTestId('encoder-network').locator('.units').first();
  const card = page.getByTestId('encoder-unit');
  await expect(card).toBeHidden();
  await units.click({ position: { x: 12, y: 30 } });
  await expect(card).toBeVisible();
  await expect(card.locator('figure[data-kind="pixels"] canvas')).toHaveAttribute('width', '28');
  await units.click({ position: { x: 12, y: 30 } });
  await expect(card).toBeHidden();
});

test('the keyboard goes from unit to unit, in the decoder too', async ({ page }) => {
  await open(page);
  const units = page.getByTestId('decoder-network').locator('.units').last();
  const card = page.getByTestId('decoder-unit');
  await units.focus();
  await page.keyboard.press('Enter');
  await expect(card.locator('strong')).toContainText('1');
  const weights = () => card.locator('canvas').first().evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
  await expect(card.locator('canvas').first()).toBeVisible();
  const first = await weights();
  await page.keyboard.press('ArrowDown');
  await expect.poll(weights).not.toBe(first);
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
});

test('convolutions are drawn as pictures, one a channel', async ({ page }) => {
  await open(page, '#preset=conv-16');
  const canvas = page.getByTestId('encoder-network').locator('canvas').first();
  await expect.poll(async () => Number(await canvas.getAttribute('width'))).toBeGreaterThan(28);
  await expect.poll(async () => (await picture(page, 'encoder')).filter((alpha) => alpha > 0).length).toBeGreaterThan(50);
  await page.getByTestId('encoder-network').locator('.units').first().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('encoder-unit').locator('figure[data-kind="kernels"]')).toBeVisible();
});

test('rows tell mean, spread and nats; their sum is the KL that the ELBO has', async ({ page }) => {
  await open(page);
  const rows = await page.getByTestId('mu').locator('.latent-row').evaluateAll((all) => all.map((row) => {
    const { value: mu, sigma } = /** @type {HTMLElement} */ (row).dataset;
    return { mu: Number(mu), sigma: Number(sigma), kl: Number(/** @type {HTMLElement} */ (row.querySelector('.kl-cost')).dataset.value) };
  }));
  for (const { mu, sigma, kl } of rows) expect(kl).toBeCloseTo((mu * mu + sigma * sigma - 1) / 2 - Math.log(sigma), 4);
  const sum = rows.reduce((total, { kl }) => total + kl, 0);
  expect(await value(page, 'kl-sum')).toBeCloseTo(sum, 4);
  await expect.poll(() => value(page, 'digit-kl')).toBeCloseTo(sum, 2);
  const [recon, elbo, bits] = await Promise.all(['digit-recon', 'digit-elbo', 'digit-bpd'].map((id) => value(page, id)));
  expect(elbo).toBeCloseTo(-recon - sum, 2);
  expect(bits).toBeCloseTo(-elbo / (784 * Math.LN2), 5);
});

test('a real digit is more usual than a scribble', async ({ page }) => {
  await open(page);
  const usual = async () => Number((await page.getByTestId('usual').getAttribute('data-value')) || NaN);
  await page.locator('.digit[data-digit="1"]').click();
  await expect.poll(usual).toBeGreaterThan(0.3);
  await page.getByTestId('clear').click();
  await stroke(page, [[0.1, 0.1], [0.9, 0.9], [0.1, 0.8], [0.9, 0.2], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.2, 0.9]]);
  await expect.poll(usual).toBeLessThan(0.05);
});

test('wires join the parts; dots run along them, unless motion is unwelcome', async ({ page }) => {
  await open(page);
  await expect.poll(() => page.locator('.wire').evaluateAll((all) => all.filter((wire) => wire.getAttribute('d')).length)).toBe(5);
  await page.evaluate(() => {
    /** @type {any} */ (globalThis).dots = 0;
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) /** @type {any} */ (globalThis).dots += [...addedNodes].filter((node) => node.nodeName === 'circle').length;
    }).observe(/** @type {Element} */ (document.querySelector('.wire-picture')), { childList: true });
  });
  const dots = () => page.evaluate(() => /** @type {any} */ (globalThis).dots);
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect.poll(dots).toBeGreaterThan(4);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const before = await dots();
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect.poll(async () => (await page.getByTestId('digit-elbo').getAttribute('data-value')) !== null).toBe(true);
  expect(await dots()).toBe(before);
});
