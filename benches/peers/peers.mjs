// The same training in one Chromium, in turn: this project and the other libraries that train in a browser. Prints a table of
// medians and ratios. `cargo xtask bench peers` builds the site and installs the libraries; then
// `node benches/peers/peers.mjs [--only TEXT] [--rounds 5] [--json FILE]`.

import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { executablePath, withoutWebGpu, withWebGpu } from '../../tests/browser/chromium.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = join(ROOT, 'benches/peers');
const OUT = join(ROOT, 'target/bench/peers');
/** Losses of this many steps must agree, relative, before anything is timed. */
const CHECKED_STEPS = 4;
const TOLERANCE = 2e-3;
/** A round of one contender lasts about so long. */
const ROUND_MS = 1500;
const CRASHED = 120_000;

const OURS = (/** @type {number} */ workers, device = 'cpu') => ({ name: `ours, ${device === 'cpu' ? `${workers} worker${workers > 1 ? 's' : ''}` : device}`, module: 'ours', device, workers });
const JAX = (/** @type {string} */ device) => ({ name: `jax-js, ${device}`, module: 'jax', device, workers: 0 });
const TENSORFLOW = (/** @type {string} */ device) => ({ name: `TensorFlow.js, ${device}`, module: 'tensorflow', device, workers: 0 });

const CPU = [OURS(1), OURS(2), JAX('wasm'), TENSORFLOW('wasm')];
const GROUPS = [
  ...[32, 128, 512].map((batch) => ({ model: 'dense-20', batch, webgpu: false, contenders: batch === 128 ? [...CPU, TENSORFLOW('cpu')] : CPU })),
  { model: 'conv-16', batch: 128, webgpu: false, contenders: [OURS(1), OURS(2), TENSORFLOW('cpu')] },
  { model: 'dense-20', batch: 128, webgpu: true, contenders: [OURS(1, 'webgpu'), JAX('webgpu'), TENSORFLOW('webgpu')] },
];

const { values } = parseArgs({ options: { only: { type: 'string' }, rounds: { type: 'string', default: '5' }, json: { type: 'string' } } });

await build({
  entryPoints: ['ours', 'jax', 'tensorflow'].map((name) => join(HERE, `${name}.js`)),
  bundle: true, splitting: true, format: 'esm', target: 'es2022', outdir: OUT, logLevel: 'error', minify: true,
});

/** Where each path of the bench's server lies. */
const PLACES = [['/peers/', OUT], ['/tfjs/', join(HERE, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')], ['/', process.env.SITE ?? join(ROOT, 'dist')]];
/** @type {Record<string, string>} */
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Cross-origin isolated, so that libraries that share memory between threads can. */
const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  if (path === '/bench.html') return void response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end('<!doctype html><title>bench</title>');
  const [prefix, folder] = /** @type {string[]} */ (PLACES.find(([start]) => path.startsWith(start)));
  const file = await readFile(join(folder, path.slice(prefix.length))).catch(() => null);
  if (!file) return void response.writeHead(404, headers).end();
  response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(file);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;

const median = (/** @type {number[]} */ numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * A page of its own for one contender, which has shown what it computes.
 * @param {import('@playwright/test').Browser} browser
 * @param {typeof GROUPS[number]['contenders'][number]} contender
 * @param {{ model: string, batch: number }} task
 */
async function enter(browser, contender, { model, batch }) {
  const page = await browser.newPage();
  await page.goto(`${origin}/bench.html`);
  const begun = page.evaluate(async ({ module, steps, ...options }) => {
    const { prepare } = await import(`${location.origin}/peers/${module}.js`);
    const instance = await prepare({ ...options, wasmPath: `${location.origin}/tfjs/`, api: `${location.origin}/js/api/vae.js` });
    Object.assign(globalThis, { contender: instance });
    return { losses: await instance.run(steps, true), backend: instance.backend?.() ?? null };
  }, { ...contender, model, batch, steps: CHECKED_STEPS });
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`no answer within ${CRASHED / 1000} s`)), CRASHED).unref());
  const crash = new Promise((_, reject) => page.once('crash', () => reject(new Error('the tab crashed'))));
  const { losses, backend } = await Promise.race([begun, late, crash]);
  return { ...contender, page, losses, backend, rounds: /** @type {number[]} */ ([]), steps: 1 };
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {number} steps
 * @returns {Promise<number>} ms a step
 */
const time = (page, steps) => page.evaluate(async (count) => {
  const { contender } = /** @type {any} */ (globalThis);
  if (contender.timed) return contender.timed(count);
  const began = performance.now();
  await contender.run(count, false);
  return (performance.now() - began) / count;
}, steps);

const rows = [];
for (const { webgpu, contenders, ...task } of GROUPS) {
  const title = `${task.model}, batch ${task.batch}, ${webgpu ? 'WebGPU' : 'CPU'}`;
  if (values.only && !title.includes(values.only)) continue;
  console.log(`\n${title}`);
  const browser = await chromium.launch({ executablePath, args: webgpu ? withWebGpu : withoutWebGpu });
  try {
    const entered = [];
    for (const contender of contenders) {
      try {
        entered.push(await enter(browser, contender, task));
      } catch (thrown) {
        const why = String(thrown).split('\n')[0];
        console.log(`${contender.name.padEnd(24)} cannot: ${why}`);
        rows.push({ ...task, webgpu, name: contender.name, cannot: why });
      }
    }
    const [reference] = entered;
    for (const { name, losses } of entered) {
      const off = Math.max(...losses.map((loss, i) => Math.abs(loss / reference.losses[i] - 1)));
      if (!(off < TOLERANCE)) throw new Error(`${name} computes other losses than ${reference.name}: ${losses} against ${reference.losses}`);
    }
    // The first round warms up, and tells how many steps fit into one.
    for (const each of entered) {
      each.steps = Math.max(2, Math.round(ROUND_MS / (await time(each.page, 2))));
      if (each.steps > 2) await time(each.page, Math.min(each.steps, 20));
    }
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const each of entered) each.rounds.push(await time(each.page, each.steps));
    }
    const ours = median(reference.rounds);
    for (const { name, rounds, losses, backend } of entered) {
      const ms = median(rounds);
      console.log(`${name.padEnd(24)} ${ms.toFixed(2).padStart(9)} ms  ${(ms / ours).toFixed(2).padStart(8)}×  (${Math.min(...rounds).toFixed(2)} to ${Math.max(...rounds).toFixed(2)})`);
      rows.push({ ...task, webgpu, name, ms, rounds, losses, backend });
    }
  } finally {
    await browser.close();
  }
}
server.close();
if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
