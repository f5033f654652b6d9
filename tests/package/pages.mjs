// Opens pages and takes their reports; whatever goes wrong in a page fails the test.

import { test as base, expect } from '@playwright/test';
import { watching } from '../browser/problems.mjs';

export const test = base.extend(watching);

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function reportOf(page, url) {
  await page.goto(url);
  const report = page.locator('#report');
  await expect(report).not.toBeEmpty();
  return JSON.parse((await report.textContent()) ?? '');
}

export { expect };
