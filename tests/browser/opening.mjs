// What opening the page costs: bytes, and the time from navigation until something is alive. Medians of cold loads on a
// plain server. `node tests/browser/opening.mjs [--loads 7] [--json FILE]`; SITE names another folder than dist/.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { transfers, watchCanvases } from './first-sights.mjs';
import { serveSite } from './site-server.mjs';

const SITE = process.env.SITE ?? fileURLToPath(new URL('../../dist', import.meta.url));
/** How long nothing may be fetched before a page counts as loaded. */
const IDLE_MS = 1000;

const { values } = parseArgs({ options: { loads: { type: 'string', default: '7' }, json: { type: 'string' }, files: { type: 'boolean', default: false } } });
const server = await serveSite(SITE, '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });

/** One cold load. What is kept for later is kept after it, and would go on during the next. */
async function load() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    await page.addInitScript(watchCanvases);
    const fetched = transfers(page);
    await page.goto(server.url);
    await page.getByTestId('ready').waitFor({ state: 'attached' });
    await page.waitForTimeout(IDLE_MS);
    const sights = await page.evaluate(() => /** @type {any} */ (globalThis).firstSights);
    const files = await fetched.files();
    return { ...sights, requests: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files };
  } finally {
    await context.close();
  }
}

try {
  // The first load also warms up the browser itself.
  await load();
  /** @type {Awaited<ReturnType<typeof load>>[]} */
  const loads = [];
  while (loads.length < Number(values.loads)) loads.push(await load());
  /** @param {string} key */
  const median = (key) => loads.map((each) => each[key] ?? NaN).sort((a, b) => a - b)[loads.length >> 1];
  const keys = ['ink', 'reconstruction', 'map', 'ready', 'requests', 'bytes'];
  const medians = Object.fromEntries(keys.map((key) => [key, Math.round(median(key))]));
  if (values.files) for (const { url, bytes } of loads[0].files) console.log(`${String(bytes).padStart(8)}  ${url.slice(server.url.length)}`);
  console.log(`medians of ${loads.length} cold loads; milliseconds from navigation`);
  for (const [key, value] of Object.entries(medians)) console.log(`${key.padEnd(15)} ${value}`);
  if (values.json) await writeFile(values.json, `${JSON.stringify({ loads: loads.length, medians }, null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
