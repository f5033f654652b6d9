// Language, colours, links, and what the page says when something is wrong.

import { expect, test } from './fixtures.mjs';
import { ink, open, overlap, pixels, stroke, SEVEN } from './helpers.mjs';

test('without an adapter the CPU is taken, and the page says why', async ({ page }) => {
  await open(page);
  const badge = page.getByTestId('backend');
  await expect(badge).toHaveAttribute('data-value', 'cpu');
  await expect(badge).toHaveAttribute('data-reason', 'no-adapter');
  await badge.locator('summary').click();
  await expect(badge).toContainText('This browser offers the page no GPU that could be opened.');
});

test('asking for WebGPU where there is none is told in words, and the page works on the CPU', async ({ page }) => {
  await open(page, '?backend=webgpu');
  await expect(page.getByTestId('error')).toBeVisible();
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'unsupported');
  const badge = page.getByTestId('backend');
  await expect(badge).toHaveAttribute('data-value', 'cpu');
  await expect(badge, 'it is not said that the CPU was asked for').toHaveAttribute('data-reason', 'no-adapter');
  expect(ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(30);
});

test('a wrong file is told in words, in both languages, and nothing is lost', async ({ page }) => {
  await open(page);
  const before = await pixels(page, 'reconstruction');
  for (const [name, buffer] of /** @type {const} */ ([['text.safetensors', Buffer.from('this is no checkpoint')], ['empty.safetensors', Buffer.alloc(0)]])) {
    await page.getByTestId('load').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await expect(page.getByTestId('error')).toContainText('That file does not hold weights');
    await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'invalid-checkpoint');
    await page.getByTestId('language').selectOption('zh');
    await expect(page.getByTestId('error')).toContainText('这个文件里没有适合这里的权重');
    await page.getByTestId('language').selectOption('en');
    await page.getByTestId('error').getByRole('button').click();
    await expect(page.getByTestId('error')).toHaveCount(0);
  }
  expect(await pixels(page, 'reconstruction')).toEqual(before);
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect.poll(async () => ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(30);
});

test('saved weights load again and reconstruct the same', async ({ page }) => {
  await open(page);
  const before = await pixels(page, 'reconstruction');
  const download = page.waitForEvent('download');
  await page.getByTestId('save').click();
  const path = await (await download).path();
  await page.getByTestId('reset').click();
  await expect.poll(() => pixels(page, 'reconstruction')).not.toEqual(before);
  await page.getByTestId('load').setInputFiles(path);
  await expect.poll(() => pixels(page, 'reconstruction')).toEqual(before);
});

test('a hyperparameter that cannot be is said to be wrong and changes nothing', async ({ page }) => {
  await open(page);
  for (const [id, wrong, words] of [['batch', '0', 'whole number'], ['lr', '-1', 'above 0'], ['beta', '-3', 'from 0'], ['seed', '1.5', 'whole number']]) {
    const input = page.getByTestId(id);
    const before = await input.getAttribute('data-value');
    await input.fill(wrong);
    await input.press('Enter');
    await expect(input).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator(`#${id}-wrong`)).toContainText(words);
    await expect(input).toHaveAttribute('data-value', before ?? '');
  }
});

test('English and Chinese, by address and by hand', async ({ page }) => {
  await open(page, '?lang=zh');
  await expect(page.getByRole('heading', { name: '写一个数字' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(page.getByTestId('train')).toContainText('训练');
  await page.getByTestId('language').selectOption('en');
  await expect(page.getByTestId('train')).toContainText('Train');
});

test('light and dark, by address and by hand', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open(page, '?theme=dark');
  const dark = await background();
  await page.getByTestId('theme').selectOption('light');
  expect(await background()).not.toBe(dark);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByTestId('theme').selectOption('auto');
  expect(await background()).toBe(dark);
});

test('hide takes parts away', async ({ page }) => {
  await open(page, '?hide=train,samples');
  await expect(page.getByTestId('train')).toBeHidden();
  await expect(page.getByTestId('sample-sheet')).toBeHidden();
  await expect(page.getByTestId('sketchpad')).toBeVisible();
});

test('the address holds the experiment, and opening it gives it back', async ({ page }) => {
  await open(page);
  await page.getByTestId('optimizer').selectOption('rmsprop');
  await page.getByTestId('batch').fill('64');
  await page.getByTestId('batch').press('Enter');
  await page.getByTestId('beta').fill('4');
  await page.getByTestId('beta').press('Enter');
  await expect(page).toHaveURL(/optimizer=rmsprop.*batch=64.*beta=4/);
  const { hash } = new URL(page.url());
  await page.goto('about:blank');
  await open(page, `?lang=en${hash}`);
  await expect(page.getByTestId('optimizer')).toHaveValue('rmsprop');
  await expect(page.getByTestId('batch')).toHaveValue('64');
  await expect(page.getByTestId('beta')).toHaveAttribute('data-value', '4');
});

test('a link carries the drawing', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect(page).toHaveURL(/ink=/);
  const [seen, url] = [await pixels(page, 'model-input'), new URL(page.url())];
  await page.goto('about:blank');
  await open(page, url.hash);
  const again = await pixels(page, 'model-input');
  expect(overlap(seen, again)).toBeGreaterThan(0.97);
});

test('another model can be chosen, and an unknown one in the address is told', async ({ page }) => {
  await open(page);
  const first = await page.getByTestId('preset').inputValue();
  await page.getByTestId('preset').selectOption('dense-20');
  await expect(page.getByTestId('latent-sliders').locator('input')).toHaveCount(20);
  await page.goto('about:blank');
  await open(page, '#preset=no-such-model');
  await expect(page.getByTestId('error')).toContainText('outside what the model can do');
  await expect(page.getByTestId('preset')).toHaveValue(first);
  // Not with random weights: what is drawn comes back.
  expect(overlap(await pixels(page, 'model-input'), await pixels(page, 'reconstruction'))).toBeGreaterThan(0.7);
});

test('the live object is there for the console', async ({ page }) => {
  await open(page, '#preset=dense-20');
  const found = await page.evaluate(async () => {
    const { vae, store, version } = /** @type {any} */ (globalThis).playground;
    const { mu, logvar } = await vae.encode(new Float32Array(784));
    const refused = await vae.encode(new Float32Array(784).fill(NaN)).catch((/** @type {any} */ error) => [error.name, error.code]);
    return { latent: [mu.length, logvar.length, vae.spec.latent], version, step: store.state.step, refused };
  });
  expect(found).toEqual({ latent: [20, 20, 20], version: expect.stringMatching(/^\d+\.\d+\.\d+/), step: 0, refused: ['VaeError', 'invalid-argument'] });
});

test('the badge opens, stays open under a click on its words, and closes outside; it fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  const badge = page.getByTestId('backend');
  await badge.locator('summary').click();
  const popover = badge.locator('.popover');
  await popover.locator('.reason').click();
  await expect(popover).toBeVisible();
  const box = await popover.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true);
  await page.getByTestId('model-input').click();
  await expect(popover).toBeHidden();
});
