// What a training step's time goes to, from the backend's badge.

import { expect, test } from './fixtures.mjs';
import { open } from './helpers.mjs';

test('the badge tells where a step\'s time goes on the CPU, in both languages, and training goes on', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page);
  const badge = page.getByTestId('backend');
  await badge.locator('summary').focus();
  await page.keyboard.press('Enter');
  await badge.getByTestId('profile-run').focus();
  await page.keyboard.press('Enter');
  const table = badge.getByTestId('profile');
  await expect(table).toBeVisible({ timeout: 120_000 });
  await expect(table).toContainText('linear_grad_weight');
  await expect(table).toContainText('adam');
  await expect(badge.getByTestId('profile-total')).toContainText('on CPU');
  const shares = await table.locator('tbody td:last-child').allTextContents();
  const sum = shares.reduce((total, share) => total + Number.parseFloat(share), 0);
  expect(Math.abs(sum - 100)).toBeLessThanOrEqual(shares.length);
  await page.getByTestId('language').selectOption('zh');
  await expect(table.locator('thead')).toContainText('内核');
  await page.getByTestId('step').click();
  await expect(page.getByTestId('step-count')).toHaveAttribute('data-value', '1', { timeout: 60_000 });
});
