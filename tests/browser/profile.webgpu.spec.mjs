// The same on a GPU, by its own clock where it has one.

import { expect, test } from './fixtures.mjs';
import { open } from './helpers.mjs';

test('the badge tells each kernel of a step on the GPU', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page, '?backend=webgpu#batch=16');
  const clock = await page.evaluate(async () => (await /** @type {any} */ (navigator).gpu.requestAdapter()).features.has('timestamp-query'));
  const badge = page.getByTestId('backend');
  await badge.locator('summary').click();
  await badge.getByTestId('profile-run').click();
  if (clock) {
    await expect(badge.getByTestId('profile')).toContainText('fused/update_adam', { timeout: 240_000 });
    await expect(badge.getByTestId('profile-total')).toContainText('on WebGPU');
  } else {
    await expect(badge.getByTestId('profile-total')).toContainText('This GPU tells no time', { timeout: 240_000 });
  }
});
