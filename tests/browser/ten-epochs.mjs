// What a whole training in a tab takes: dense-20 on MNIST for ten epochs with the page's API, and the memory of the tab's
// process while small steps go on (Linux). `node tests/browser/ten-epochs.mjs [--workers 2] [--epochs 10] [--steps 10000] [--json FILE]`; SITE names
// another folder than dist/.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { serveSite } from './site-server.mjs';

const SITE = process.env.SITE ?? fileURLToPath(new URL('../../dist', import.meta.url));
const { values } = parseArgs({
  options: { workers: { type: 'string', default: '2' }, epochs: { type: 'string', default: '10' }, steps: { type: 'string', default: '10000' }, json: { type: 'string' } },
});
const [workers, epochs, steps] = [values.workers, values.epochs, values.steps].map(Number);
const server = await serveSite(SITE, '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });
try {
  const page = await browser.newPage();
  await page.route('**/bench.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${server.url}bench.html`);

  const training = await page.evaluate(async ([count, most]) => {
    const api = new URL('./js/api/vae.js', location.href).href;
    const { Vae, loadMnist } = await import(api);
    const vae = await Vae.create({ model: 'dense-20', weights: 'random', backend: 'cpu', seed: 1, workers: count });
    const data = loadMnist();
    await vae.setDataset(data);
    const began = performance.now();
    const tests = [];
    for await (const { test } of vae.train(data, { epochs: most, batchSize: 128, seed: 1 })) {
      if (test) tests.push({ loss: test.loss, seconds: (performance.now() - began) / 1000 });
    }
    const { backend } = vae;
    vae.dispose();
    return { tests, backend };
  }, [workers, epochs]);
  console.log(`dense-20, ${training.backend.workers ?? 1} workers, ${training.backend.simd}`);
  training.tests.forEach(({ loss, seconds }, i) => console.log(`epoch ${String(i + 1).padStart(2)}  test loss ${loss.toFixed(2)}  after ${seconds.toFixed(1)} s`));

  const control = await browser.newBrowserCDPSession();
  /** What the page's process has for itself, its workers and their wasm among it. */
  const megabytes = async () => {
    const { processInfo } = await control.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer');
    const sizes = await Promise.all(renderers.map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8');
      return Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
    }));
    return Math.max(...sizes);
  };
  /** @type {{ step: number, megabytes: number }[]} */
  const memory = [];
  await page.exposeFunction('told', async (/** @type {number} */ step) => void memory.push({ step, megabytes: await megabytes() }));
  await page.evaluate(async ([count, most]) => {
    const api = new URL('./js/api/vae.js', location.href).href;
    const { Vae, loadMnist } = await import(api);
    const vae = await Vae.create({ model: 'mini-2', weights: 'random', backend: 'cpu', seed: 1, workers: count });
    const { told } = /** @type {any} */ (globalThis);
    for await (const { step } of vae.train(loadMnist(), { steps: most, batchSize: 32, seed: 1 })) {
      if (step % Math.ceil(most / 10) === 0) await told(step);
    }
    vae.dispose();
  }, [workers, steps]);
  for (const each of memory) console.log(`step ${String(each.step).padStart(6)}  ${each.megabytes.toFixed(1)} MB`);
  if (values.json) await writeFile(values.json, `${JSON.stringify({ training, memory }, null, 2)}\n`);
} finally {
  await browser.close();
  await server.close();
}
