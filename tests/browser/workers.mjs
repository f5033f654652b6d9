// Milliseconds per training step with several workers, through the public API, in headless Chromium:
// node tests/browser/workers.mjs [SITE] [--preset NAME] [--batch N] [--workers 1,2] [--rounds N] [--ms N] [--json FILE]

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
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

/** Runs in the page: rounds of all in turn, since the machine is not always equally quick.
 * @param {{ preset: string, batchSize: number, counts: number[], rounds: number, ms: number }} options */
async function measure({ preset, batchSize, counts, rounds, ms }) {
  const { Vae } = await import(new URL('./js/api/vae.js', location.href).href);
  const images = new Uint8Array(16384 * 784);
  let state = 1;
  for (let i = 0; i < images.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    images[i] = state >>> 29 === 0 ? state >>> 16 : 0;
  }
  const each = [];
  for (const workers of counts) {
    const vae = await Vae.create({ model: preset, weights: 'random', backend: 'cpu', workers, seed: 1 });
    const run = vae.train({ images }, { batchSize, seed: 1, paused: true });
    const entry = { workers, used: 0, simd: vae.backend.simd, vae, run, step: 0, times: /** @type {number[]} */ ([]) };
    void (async () => {
      for await (const { step } of run) entry.step = step;
    })();
    each.push(entry);
  }
  const wait = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));
  for (let round = 0; round <= rounds; round += 1) {
    for (const entry of each) {
      await entry.run.resume();
      await wait(300);
      const [began, step] = [performance.now(), entry.step];
      await wait(ms);
      const [steps, time] = [entry.step - step, performance.now() - began];
      await entry.run.pause();
      await wait(50);
      if (round > 0) entry.times.push(time / steps);
      entry.used = entry.vae.backend.workers;
    }
  }
  return each.map(({ vae, workers, used, simd, times }) => {
    vae.dispose();
    times.sort((a, b) => a - b);
    return { preset, batch: batchSize, workers, used, simd, ms_per_step: times[times.length >> 1], ms_min: times[0], ms_max: times[times.length - 1] };
  });
}

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
      const found = await page.evaluate(measure, { preset, batchSize: Number(batch), counts, rounds: Number(values.rounds), ms: Number(values.ms) });
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
