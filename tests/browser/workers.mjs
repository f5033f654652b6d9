// Milliseconds per training step with several workers, through the public API, in headless Chromium:
// node tests/browser/workers.mjs [SITE] [--preset NAME] [--batch N] [--workers 1,2] [--rounds N] [--ms N] [--json FILE]

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { measureWorkers } from './measure-workers.mjs';
import { serveSite } from './site-server.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    preset: { type: 'string', default: 'dense-20' },
    batch: { type: 'string', default: '128' },
    workers: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '1500' },
    json: { type: 'string' },
  },
});

const site = positionals[0] ?? fileURLToPath(new URL('../../dist', import.meta.url));
const server = await serveSite(site, '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });
try {
  const page = await browser.newPage();
  page.on('console', (message) => console.error(message.text()));
  // An empty page of the site's own origin.
  await page.route('**/bench.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${server.url}bench.html`);
  const rows = [];
  for (const preset of values.preset.split(',')) {
    for (const batch of values.batch.split(',')) {
      const counts = values.workers.split(',').map(Number);
      const found = await page.evaluate(measureWorkers, { preset, batchSize: Number(batch), counts, rounds: Number(values.rounds), ms: Number(values.ms) });
      rows.push(...found.map((row) => ({ ...row, speedup: found[0].ms_per_step / row.ms_per_step })));
    }
  }
  console.table(rows.map(({ ms_per_step, ms_min, ms_max, speedup, ...row }) => ({
    ...row, 'ms/step': ms_per_step.toFixed(2), fastest: ms_min.toFixed(2), slowest: ms_max.toFixed(2), 'times faster': speedup.toFixed(2),
  })));
  if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
