// How a step's time grows with the work, in headless Chromium, one worker: larger batches, larger networks. Prints two tables and
// draws them. `node tests/browser/growth.mjs [SITE] [--plot FILE.svg] [--json FILE]`.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { serveSite } from './site-server.mjs';

const ROUNDS = 5;
const BATCHES = [32, 64, 128, 256, 512, 1024, 2048];
/** Hidden units of dense-20: its parameters once, and about four and sixteen times. */
const HIDDEN = [400, 1600, 6400];

/** Runs in the page. @param {{ hidden: number, batchSize: number, rounds: number }} options */
async function measure({ hidden, batchSize, rounds }) {
  const module = new URL('./wasm/vae-playground-relaxed.js', location.href).href;
  const { default: init, Engine } = await import(module);
  await init();
  const layer = [{ type: 'linear', units: hidden, activation: 'relu' }];
  const spec = { input: { channels: 1, height: 28, width: 28 }, encoder: layer, latent: 20, decoder: layer, likelihood: { type: 'bernoulli' }, classes: 0 };
  const engine = await Engine.create({ spec, backend: 'cpu', seed: 1 });
  const trainImages = Uint8Array.from({ length: 4096 * 784 }, (_, i) => (Math.imul(i, 2654435761) >>> 24) & (i % 784 < 300 ? 255 : 15));
  engine.setDataset({ trainImages });
  engine.trainStart({ batchSize, seed: 1 });
  await engine.trainChunk(1);
  const times = [];
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    let steps = 0;
    while (performance.now() - began < 200) {
      await engine.trainChunk(1);
      steps++;
    }
    if (round > 0) times.push((performance.now() - began) / steps);
  }
  const parameters = engine.parameterCount();
  engine.free();
  return { hidden, batch: batchSize, parameters, ms: times.sort((a, b) => a - b)[times.length >> 1] };
}

/**
 * Points joined by lines, both axes logarithmic.
 * @param {{ title: string, unit: string, points: [number, number][] }[]} panels
 */
function plot(panels) {
  const [width, height, edge] = [360, 260, 48];
  const drawn = panels.map(({ title, unit, points }, panel) => {
    const spans = [0, 1].map((axis) => {
      const logs = points.map((point) => Math.log(point[axis]));
      return [Math.min(...logs) - 0.15, Math.max(...logs) + 0.15];
    });
    const at = (/** @type {number} */ value, /** @type {number} */ axis) => (Math.log(value) - spans[axis][0]) / (spans[axis][1] - spans[axis][0]);
    const x = (/** @type {number} */ value) => panel * width + edge + at(value, 0) * (width - edge - 16);
    const y = (/** @type {number} */ value) => height - edge + at(value, 1) * (2 * edge - 16 - height);
    const places = points.map((point) => `${x(point[0]).toFixed(1)},${y(point[1]).toFixed(1)}`);
    const marks = points.map(([a, b], i) => {
      const [cx, cy] = places[i].split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="#6f49c4"/><text x="${cx}" y="${Number(cy) - 8}">${b.toPrecision(3)}</text><text x="${cx}" y="${height - 28}">${a}</text>`;
    });
    return `<text x="${panel * width + width / 2}" y="18" font-weight="bold">${title}</text><polyline points="${places.join(' ')}" fill="none" stroke="#6f49c4" stroke-width="2"/>`
      + `${marks.join('')}<text x="${panel * width + width / 2}" y="${height - 8}">${unit}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * panels.length}" height="${height}" font-family="sans-serif" font-size="11" text-anchor="middle">`
    + `<rect width="100%" height="100%" fill="#fff"/>${drawn.join('')}</svg>\n`;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plot: { type: 'string' }, json: { type: 'string' } } });
const server = await serveSite(positionals[0] ?? fileURLToPath(new URL('../../dist', import.meta.url)), '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });
try {
  const page = await browser.newPage();
  await page.route('**/bench.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${server.url}bench.html`);
  const run = (/** @type {number} */ hidden, /** @type {number} */ batchSize) => page.evaluate(measure, { hidden, batchSize, rounds: ROUNDS });
  /** @type {Awaited<ReturnType<typeof run>>[]} */
  const byBatch = [];
  for (const batch of BATCHES) byBatch.push(await run(HIDDEN[0], batch));
  /** @type {typeof byBatch} */
  const bySize = [];
  for (const hidden of HIDDEN) bySize.push(await run(hidden, 128));
  const table = (/** @type {typeof byBatch} */ rows) =>
    console.table(rows.map(({ ms, batch, parameters, hidden }) => ({
      hidden, parameters, batch, 'ms/step': ms.toFixed(2), 'µs/image': ((1000 * ms) / batch).toFixed(1), 'ns/image, thousand parameters': ((1e9 * ms) / batch / parameters).toFixed(1),
    })));
  table(byBatch);
  table(bySize);
  const panels = /** @type {Parameters<typeof plot>[0]} */ ([
    { title: 'µs an image, dense-20', unit: 'batch', points: byBatch.map(({ batch, ms }) => [batch, (1000 * ms) / batch]) },
    { title: 'µs an image, batch 128', unit: 'hidden units', points: bySize.map(({ hidden, ms }) => [hidden, (1000 * ms) / 128]) },
  ]);
  if (values.plot) await writeFile(values.plot, plot(panels));
  if (values.json) await writeFile(values.json, `${JSON.stringify({ byBatch, bySize }, null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
