// What axe-core finds in every tab, language, colour scheme and size; and a way through the page by keyboard.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixtures.mjs';
import { open } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * What axe finds to be serious or worse, in short.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
async function serious(page) {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n').at(-1)?.trim()}`));
}

/** Opens a tab by what a person would press, and waits for its lab. @param {Page} page @param {string} id */
async function openTab(page, id) {
  await page.locator(`#${id}`).click();
  const panel = page.locator(`[aria-labelledby="${id}"]`);
  await expect(panel).toBeVisible();
  await expect.poll(() => panel.evaluate((element) => element.childElementCount)).toBeGreaterThan(0);
}

for (const [width, height] of [[1280, 800], [360, 740]]) {
  for (const lang of ['en', 'zh']) {
    for (const theme of ['light', 'dark']) {
      test(`axe finds nothing serious at ${width}×${height}, ${lang}, ${theme}`, async ({ page }) => {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ reducedMotion: 'reduce' });
        await open(page, `?lang=${lang}&theme=${theme}`);
        const tabs = await page.getByRole('tab').evaluateAll((all) => all.map(({ id }) => id));
        expect(tabs).toContain('tab-learn');
        for (const tab of tabs) {
          await openTab(page, tab);
          expect.soft(await serious(page), tab).toEqual([]);
        }
        await page.getByTestId('teacher').locator('summary').click();
        expect.soft(await serious(page), 'the teacher’s box').toEqual([]);
        await page.keyboard.press('Escape');
        await page.getByTestId('tour').click();
        await expect(page.getByTestId('guide')).toBeVisible();
        expect.soft(await serious(page), 'the tour').toEqual([]);
      });
    }
  }
}

test('axe sees what it is asked to see', async ({ page }) => {
  await open(page);
  // The page's policy lets no style element in.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.caption { color: #ccc; }');
    document.adoptedStyleSheets.push(sheet);
  });
  expect((await serious(page)).join()).toContain('color-contrast');
});

test('the keyboard alone reaches every part, and each thing that it reaches can be seen', async ({ page }) => {
  await open(page);
  const reached = new Set();
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return null;
      const { width, height } = element.getBoundingClientRect();
      const part = element.closest('[data-part]');
      return { part: part instanceof HTMLElement ? part.dataset.part : '', id: element.dataset.testid ?? element.id, seen: width > 0 && height > 0 };
    });
    if (!here) break;
    expect(here.seen, here.id).toBe(true);
    reached.add(here.part).add(here.id);
  }
  for (const name of ['header', 'draw', 'latent', 'sketchpad', 'preset', 'train', 'beta', 'share', 'tour']) {
    expect([...reached], name).toContain(name);
  }
});
