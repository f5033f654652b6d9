// Opens pages and takes their reports; whatever goes wrong in a page fails the test.

import { test as base, expect } from '@playwright/test';
import { Problems } from '../browser/fixtures.mjs';

/** @typedef {{ problems: Problems }} PerTest */
/** @typedef {import('@playwright/test').PlaywrightTestArgs & import('@playwright/test').PlaywrightTestOptions} TestArgs */

/** @type {import('@playwright/test').Fixtures<PerTest, {}, TestArgs>} */
const fixtures = {
  problems: [
    async ({ page }, use) => {
      const problems = new Problems();
      problems.watch(page);
      await use(problems);
      expect(problems.unexpected(), 'nothing goes wrong in the page').toEqual([]);
      expect(problems.missing(), 'what the test provokes happens').toEqual([]);
    },
    { auto: true },
  ],
};

export const test = base.extend(fixtures);

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
