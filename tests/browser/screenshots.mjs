// Takes the pictures of README.md anew: node tests/browser/screenshots.mjs [SITE]

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { serveSite } from './site-server.mjs';

const SITE = process.argv[2] ?? fileURLToPath(new URL('../../dist', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../www/screenshots/', import.meta.url));

/** What a training is watched for, in milliseconds. */
const TRAINED_MS = 20_000;

/** @typedef {import('@playwright/test').Page} Page */

/** @type {{ name: string, url: string, width: number, height: number, act?: (page: Page) => Promise<void> }[]} */
const PICTURES = [
  { name: 'opening-light', url: '?lang=en&theme=light', width: 1280, height: 800 },
  { name: 'training-light', url: '?lang=en&theme=light#preset=dense-2', width: 1280, height: 800, act: train },
  { name: 'repair-light', url: '?lang=en&theme=light#tab=repair&preset=dense-20', width: 1280, height: 800, act: repair },
  { name: 'generate-dark', url: '?lang=en&theme=dark#tab=generate&preset=dense-20', width: 1280, height: 800 },
  { name: 'learn-dark-zh', url: '?lang=zh&theme=dark#tab=learn', width: 1280, height: 800 },
  { name: 'phone', url: '?lang=en&theme=light', width: 360, height: 740 },
];

/** @param {Page} page */
async function train(page) {
  await page.getByTestId('reset').click();
  await page.getByTestId('train').click();
  await page.waitForTimeout(TRAINED_MS);
}

/** @param {Page} page */
async function repair(page) {
  await page.getByTestId('repair-run').click();
  await page.waitForTimeout(TRAINED_MS / 4);
}

const server = await serveSite(SITE, '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });
await mkdir(FOLDER, { recursive: true });
for (const { name, url, width, height, act } of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(server.url + url);
  await page.getByTestId('ready').waitFor({ state: 'attached' });
  await page.waitForTimeout(2000);
  await act?.(page);
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  await page.close();
  console.log(`www/screenshots/${name}.png`);
}
await browser.close();
await server.close();
