// The network and the recipe, changed by hand.

import { expect, test } from './fixtures.mjs';
import { open, value } from './helpers.mjs';

test('layers are added, resized and removed; what cannot be built is said at the field and costs nothing', async ({ page }) => {
  await open(page, '#preset=dense-20&tab=train');
  await page.getByTestId('open-layers').click();
  const editor = page.getByTestId('layer-editor');
  await expect(editor).toBeVisible();
  await expect(page.getByTestId('draft-parameters')).toHaveAttribute('data-value', '652824');
  await expect(page.getByTestId('apply-spec')).toBeDisabled();
  await page.getByTestId('encoder-0-units').fill('0');
  await expect(page.getByTestId('draft-problem')).toContainText('encoder[0].units');
  await expect(page.getByTestId('encoder-0-units')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByTestId('apply-spec')).toBeDisabled();
  await page.getByTestId('encoder-0-units').fill('64');
  await page.getByTestId('add-encoder').click();
  await page.getByTestId('encoder-1-units').fill('32');
  await page.getByTestId('encoder-1-activation').selectOption('tanh');
  await page.getByTestId('latent-size').fill('3');
  await expect(page.getByTestId('encoder-1-shape')).toHaveText('→ 32');
  await page.getByTestId('add-decoder').click();
  await page.getByTestId('decoder-1-remove').click();
  await page.getByTestId('apply-spec').click();
  await expect(editor).toBeHidden();
  await expect(page.getByTestId('preset')).toHaveValue('own');
  await expect(page.getByTestId('error')).toHaveCount(0);
  await page.getByTestId('step').click();
  await expect.poll(() => value(page, 'step-count')).toBe(1);
  expect(await page.evaluate(() => /** @type {any} */ (globalThis).playground.vae.spec.latent)).toBe(3);
});

test('a convolution by keyboard, and Escape leaves everything as it was', async ({ page }) => {
  await open(page, '#preset=dense-20&tab=train');
  await page.getByTestId('open-layers').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('encoder-0-kind').focus();
  await page.getByTestId('encoder-0-kind').selectOption('conv2d');
  await expect(page.getByTestId('encoder-0-kind')).toBeFocused();
  await expect(page.getByTestId('encoder-0-shape')).toHaveText('→ 32×14×14');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('layer-editor')).toBeHidden();
  await expect(page.getByTestId('open-layers')).toBeFocused();
  await expect(page.getByTestId('preset')).toHaveValue('dense-20');
});

test('a preset brings its recipe; what the engine would refuse is said at the field', async ({ page }) => {
  await open(page, '#preset=dense-20&tab=train');
  await page.getByTestId('preset').selectOption('rmsprop-10');
  await expect(page.getByTestId('optimizer')).toHaveValue('rmsprop');
  await expect(page.getByTestId('batch')).toHaveValue('256');
  await page.getByTestId('open-recipe').click();
  await expect(page.getByTestId('epochs')).toHaveValue('50');
  await page.getByTestId('epochs').fill('0');
  await page.getByTestId('epochs').press('Enter');
  await page.getByTestId('schedule').selectOption('cosine');
  await expect(page.getByText('A cosine needs an end')).toBeVisible();
  await expect(page.getByTestId('schedule')).toHaveValue('constant');
  await page.getByTestId('objective').selectOption('autoencoder');
  await expect(page.getByTestId('free-bits')).toBeHidden();
  await page.getByTestId('objective').selectOption('dreg');
  await page.getByTestId('draws').fill('4');
  await page.getByTestId('draws').press('Enter');
  await page.keyboard.press('Escape');
  await page.getByTestId('step').click();
  await expect.poll(() => value(page, 'step-count')).toBe(1);
});

test('a teacher’s link opens with a run that waits for its first step', async ({ page }) => {
  await open(page, '?paused=1#preset=dense-2&batch=16&tab=train');
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
  expect(await value(page, 'step-count')).toBe(0);
  await page.getByTestId('step').click();
  await expect.poll(() => value(page, 'step-count')).toBe(1);
});
