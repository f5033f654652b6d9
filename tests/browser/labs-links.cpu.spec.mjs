// What is chosen in the labs stands in the link, and a link opens the labs as they were.

import { expect, test } from './fixtures.mjs';
import { open } from './helpers.mjs';

/** @param {import('@playwright/test').Page} page @param {string} id */
const field = (page, id) => page.getByTestId(id);

test('choices of several labs come back from the link, also by going back', async ({ page }) => {
  await open(page, '?lang=en#tab=generate');
  await field(page, 'prior-seed').fill('77');
  await field(page, 'morph-way').selectOption('spherical');
  await field(page, 'morph-to').selectOption('5');
  await page.getByRole('tab', { name: 'Repair' }).click();
  await page.getByText('Hole', { exact: true }).or(page.locator('label[for="repair-hole"]')).first().click();
  const strength = field(page, 'repair-strength');
  await strength.focus();
  await page.keyboard.press('End');
  const most = await strength.inputValue();
  await expect.poll(() => page.url()).toContain('repair-strength=');
  const link = page.url();
  expect(link).toContain('morph-way=spherical');
  expect(link).not.toContain('sum-plus');

  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByTestId('ready')).toBeAttached();
  await expect(field(page, 'repair-hole')).toBeChecked();
  await expect(field(page, 'repair-strength')).toHaveValue(most);
  await page.getByRole('tab', { name: 'Generate' }).click();
  await expect(field(page, 'prior-seed')).toHaveValue('77');
  await expect(field(page, 'morph-way')).toHaveValue('spherical');
  await expect(field(page, 'morph-to')).toHaveValue('5');

  // An address edited by hand.
  await page.evaluate(() => void (location.hash = location.hash.replace('prior-seed=77', 'prior-seed=12').replace('&morph-way=spherical', '')));
  await expect(field(page, 'prior-seed')).toHaveValue('12');
  await expect(field(page, 'morph-way')).toHaveValue('linear');
});

test('values that no control offers change nothing', async ({ page }) => {
  await open(page, '?lang=en#tab=generate&morph-way=sideways&prior-seed=-4&morph-to=11&prior-temperature=9&compare-key=beta&compare-A=-1&compare-B=7');
  await expect(field(page, 'morph-way')).toHaveValue('linear');
  await expect(field(page, 'prior-seed')).toHaveValue('1');
  await expect(field(page, 'morph-to')).toHaveValue('8');
  await expect(field(page, 'temperature')).toHaveValue('1');
  await page.getByRole('tab', { name: 'Compare' }).click();
  await expect(field(page, 'compare-A')).toHaveValue('0.5');
  await expect(field(page, 'compare-B')).toHaveValue('7');
  await page.getByTestId('compare-A').fill('2');
  await field(page, 'compare-key').selectOption('learningRate');
  await expect(field(page, 'compare-A')).toHaveValue('0.001');
  // Another difference has values of its own.
  await field(page, 'compare-key').selectOption('optimizer');
  await expect(field(page, 'compare-A')).toHaveValue('adam');
  await expect.poll(() => page.url()).toContain('compare-key=optimizer');
  expect(page.url()).not.toContain('compare-B');
});
