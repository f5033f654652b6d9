// Milliseconds per training step in headless Chromium: the engine alone, without the page around it.
// node tests/browser/bench.mjs [--json FILE], after a build.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu, withWebGpu } from './chromium.mjs';
import { measureWorkers } from './measure-workers.mjs';
import { serveSite } from './site-server.mjs';

const SITE = fileURLToPath(new URL('../../dist', import.meta.url));
const ROUNDS = 7;

const CASES = [
  { backend: 'cpu', preset: 'dense-20', batchSize: 32, chunk: 16 },
  { backend: 'cpu', preset: 'dense-20', batchSize: 128, chunk: 8 },
  { backend: 'cpu', preset: 'dense-20', batchSize: 512, chunk: 2 },
  { backend: 'cpu', preset: 'dense-2', batchSize: 128, chunk: 8 },
  { backend: 'webgpu', preset: 'dense-20', batchSize: 128, chunk: 4 },
];

/** Runs in the page. Floating-point operations count the matrix products of a dense step: forward, two gradients
 * less the one with respect to the images.
 * @param {typeof CASES[number] & { rounds: number }} options */
async function measure({ backend, preset, batchSize, chunk, rounds }) {
  const module = new URL('./wasm/vae-playground-relaxed.js', location.href).href;
  const { default: init, Engine } = await import(module);
  await init();
  const engine = await Engine.create({ spec: preset, backend, seed: 1 });
  const images = 16384;
  const trainImages = new Uint8Array(images * 784);
  let state = 1;
  for (let i = 0; i < trainImages.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    trainImages[i] = state >>> 29 === 0 ? state >>> 16 : 0;
  }
  engine.setDataset({ trainImages });
  engine.trainStart({ batchSize, seed: 1 });
  const times = [];
  let before = engine.counters();
  for (let round = 0; round <= rounds; round += 1) {
    const start = performance.now();
    await engine.trainChunk(chunk);
    await engine.trainFlush();
    if (round === 0) before = engine.counters();
    else times.push((performance.now() - start) / chunk);
  }
  const after = engine.counters();
  const spec = engine.spec();
  const info = engine.backend();
  let width = 784;
  let products = 0;
  let first = 0;
  /** @param {{ units: number }} layer */
  const units = (layer) => layer.units;
  for (const next of [...spec.encoder.map(units), 2 * spec.latent]) {
    if (first === 0) first = width * next;
    products += width * next;
    width = next;
  }
  width = spec.latent;
  for (const next of [...spec.decoder.map(units), 784]) {
    products += width * next;
    width = next;
  }
  times.sort((a, b) => a - b);
  const ms = times[times.length >> 1];
  const steps = after.steps - before.steps;
  engine.free();
  return {
    backend: info.kind,
    name: info.adapter ?? `wasm ${info.simd}`,
    software: info.software,
    preset,
    batch: batchSize,
    ms_per_step: ms,
    ms_min: times[0],
    ms_max: times[times.length - 1],
    gflops: (2 * batchSize * (3 * products - first)) / ms / 1e6,
    dispatches_per_step: (after.dispatches - before.dispatches) / steps,
    uploaded_bytes_per_step: (after.uploadedBytes - before.uploadedBytes) / steps,
    // One upload of a chunk's schedule and one wait for its losses are not per step.
    uploads_per_step: Math.max(0, after.uploads - before.uploads - rounds) / steps,
    waits_per_step: Math.max(0, after.waits - before.waits - rounds) / steps,
    steps_per_submission: chunk,
  };
}

/** The same model on one worker and on two, in turn.
 * @param {import('@playwright/test').Page} page */
async function shared(page) {
  const options = { preset: 'dense-20', batchSize: 128, counts: [1, 2], rounds: ROUNDS, ms: 1000 };
  const found = await page.evaluate(measureWorkers, options);
  return found.map((row) => {
    const speedup = found[0].ms_per_step / row.ms_per_step;
    const what = `${row.workers} worker${row.workers > 1 ? 's' : ''}, ${row.simd}`;
    console.log(`cpu      ${what.padEnd(29)} ${row.preset.padEnd(10)} ${String(row.batch).padStart(5)} ${row.ms_per_step.toFixed(2).padStart(9)}  × ${speedup.toFixed(2)}`);
    return { backend: 'cpu', name: what, ...row, speedup };
  });
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const server = await serveSite(SITE, '/');
const rows = [];
try {
  console.log('backend  adapter / instructions        preset     batch   ms/step  GFLOP/s  disp.  uploads  waits');
  for (const args of [withoutWebGpu, withWebGpu]) {
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      // An empty page of the site's own origin.
      await page.route('**/bench.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
      await page.goto(`${server.url}bench.html`);
      for (const each of CASES.filter((c) => (c.backend === 'webgpu') === (args === withWebGpu))) {
        const row = await page.evaluate(measure, { ...each, rounds: ROUNDS });
        rows.push(row);
        console.log(
          `${row.backend.padEnd(8)} ${row.name.slice(0, 29).padEnd(29)} ${row.preset.padEnd(10)} ${String(row.batch).padStart(5)} ` +
            `${row.ms_per_step.toFixed(2).padStart(9)} ${row.gflops.toFixed(1).padStart(8)} ${row.dispatches_per_step.toFixed(1).padStart(6)} ` +
            `${row.uploads_per_step.toFixed(2).padStart(8)} ${row.waits_per_step.toFixed(2).padStart(6)}`,
        );
      }
      if (args === withoutWebGpu) rows.push(...(await shared(page)));
    } finally {
      await browser.close();
    }
  }
} finally {
  await server.close();
}
if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
