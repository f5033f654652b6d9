// The same training in one Chromium, in turn: this project and the other libraries that train in a browser. Prints a table of
// medians and ratios. `cargo xtask bench peers` builds the site and installs the libraries; then
// `node benches/peers/peers.mjs [--backend cpu|webgpu] [--only TEXT] [--rounds 5] [--steps N] [--json FILE]`: of the whole table
// only one backend's part, or titles with a text in them; so many rounds, of so many steps (by default what fits into a round, on the
// software adapter a few). The file is written after every contender, so that a run that is cut short keeps what it has.

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
/** Steps of a round on WebGPU, unless others are asked for: the software adapter takes up to seconds for each. */
const WEBGPU_STEPS = 4;
/** Nothing takes so long that goes on. */
const CRASHED_MS = 120_000;

const OURS = (/** @type {number} */ workers, device = 'cpu') => ({ name: `ours, ${device === 'cpu' ? `${workers} worker${workers > 1 ? 's' : ''}` : device}`, module: 'ours', device, workers });
const JAX = (/** @type {string} */ device) => ({ name: `jax-js, ${device}`, module: 'jax', device, workers: 0 });
const TENSORFLOW = (/** @type {string} */ device) => ({ name: `TensorFlow.js, ${device}`, module: 'tensorflow', device, workers: 0 });

const CPU = [OURS(1), OURS(2), JAX('wasm'), TENSORFLOW('wasm')];
const GROUPS = [
  ...[32, 128, 512].map((batch) => ({ model: 'dense-20', batch, webgpu: false, contenders: batch === 128 ? [...CPU, TENSORFLOW('cpu')] : CPU })),
  { model: 'conv-16', batch: 128, webgpu: false, contenders: [OURS(1), OURS(2), TENSORFLOW('cpu')] },
  ...[32, 128, 512].map((batch) => ({ model: 'dense-20', batch, webgpu: true, contenders: [OURS(1, 'webgpu'), JAX('webgpu'), TENSORFLOW('webgpu')] })),
];

const { values } = parseArgs({
  options: { backend: { type: 'string' }, only: { type: 'string' }, rounds: { type: 'string', default: '5' }, steps: { type: 'string' }, json: { type: 'string' } },
});
if (values.backend !== undefined && !['cpu', 'webgpu'].includes(values.backend)) throw new Error(`--backend ${values.backend}, expected cpu or webgpu`);

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
 * @template T
 * @param {import('@playwright/test').Page} page
 * @param {Promise<T>} answer of the page, which is not waited for where the page is gone or silent
 * @returns {Promise<T>}
 */
async function answered(page, answer) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CRASHED_MS / 1000} s`)), CRASHED_MS);
  });
  const crash = new Promise((_, reject) => page.once('crash', () => reject(new Error('the tab crashed'))));
  try {
    return await Promise.race([answer, late, crash]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A page of its own for one contender, which has shown what it computes.
 * @param {import('@playwright/test').Browser} browser
 * @param {typeof GROUPS[number]['contenders'][number]} contender
 * @param {{ model: string, batch: number }} task
 */
async function enter(browser, contender, { model, batch }) {
  const page = await browser.newPage();
  await page.goto(`${origin}/bench.html`);
  const { losses, backend } = await answered(page, page.evaluate(async ({ module, steps, ...options }) => {
    const { prepare } = await import(`${location.origin}/peers/${module}.js`);
    const instance = await prepare({ ...options, wasmPath: `${location.origin}/tfjs/`, api: `${location.origin}/js/api/vae.js` });
    Object.assign(globalThis, { contender: instance });
    return { losses: await instance.run(steps, true), backend: instance.backend?.() ?? null };
  }, { ...contender, model, batch, steps: CHECKED_STEPS }));
  return { ...contender, page, losses, backend, rounds: /** @type {number[]} */ ([]), steps: 1 };
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {number} steps
 * @returns {Promise<number>} ms a step
 */
const time = (page, steps) => answered(page, page.evaluate(async (count) => {
  const { contender } = /** @type {any} */ (globalThis);
  if (contender.timed) return contender.timed(count);
  const began = performance.now();
  await contender.run(count, false);
  return (performance.now() - began) / count;
}, steps));

/** @type {Map<string, object>} */
const rows = new Map();
/** @param {Record<string, unknown> & { model: string, batch: number, webgpu: boolean, name: string }} row */
async function keep(row) {
  rows.set(`${row.model} ${row.batch} ${row.webgpu} ${row.name}`, row);
  if (values.json) await writeFile(values.json, `${JSON.stringify([...rows.values()], null, 2)}\n`);
}

const began = performance.now();
const progress = (/** @type {string} */ what) => console.log(`  ${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`);

for (const { webgpu, contenders, ...task } of GROUPS) {
  const title = `${task.model}, batch ${task.batch}, ${webgpu ? 'WebGPU' : 'CPU'}`;
  if ((values.only && !title.includes(values.only)) || (values.backend && webgpu !== (values.backend === 'webgpu'))) continue;
  console.log(`\n${title}`);
  const browser = await chromium.launch({ executablePath, args: webgpu ? withWebGpu : withoutWebGpu });
  try {
    const entered = [];
    for (const contender of contenders) {
      try {
        entered.push(await enter(browser, contender, task));
        progress(`${contender.name}: ready`);
      } catch (thrown) {
        const why = String(thrown).split('\n')[0];
        console.log(`${contender.name.padEnd(24)} cannot: ${why}`);
        await keep({ ...task, webgpu, name: contender.name, cannot: why });
      }
    }
    const [reference] = entered;
    for (const { name, losses } of entered) {
      const off = Math.max(...losses.map((loss, i) => Math.abs(loss / reference.losses[i] - 1)));
      if (!(off < TOLERANCE)) throw new Error(`${name} computes other losses than ${reference.name}: ${losses} against ${reference.losses}`);
    }
    // The first round warms up, and tells how many steps fit into one.
    for (const each of entered) {
      const fit = Math.max(2, Math.round(ROUND_MS / (await time(each.page, 2))));
      const asked = values.steps === undefined ? undefined : Number(values.steps);
      each.steps = asked ?? (webgpu ? WEBGPU_STEPS : fit);
      if (!webgpu && each.steps > 2) await time(each.page, Math.min(each.steps, 20));
    }
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const each of entered) {
        each.rounds.push(await time(each.page, each.steps));
        const { name, rounds, losses, backend } = each;
        await keep({ ...task, webgpu, name, ms: median(rounds), rounds: [...rounds], steps: each.steps, losses, backend });
      }
      progress(`round ${round + 1}: ${entered.map(({ rounds }) => rounds.at(-1)?.toFixed(1)).join(', ')} ms a step`);
    }
    const ours = median(reference.rounds);
    for (const { name, rounds } of entered) {
      const ms = median(rounds);
      console.log(`${name.padEnd(24)} ${ms.toFixed(2).padStart(9)} ms  ${(ms / ours).toFixed(2).padStart(8)}×  (${Math.min(...rounds).toFixed(2)} to ${Math.max(...rounds).toFixed(2)})`);
    }
  } finally {
    await browser.close();
  }
}
server.close();
