// Several workers that share a training run: the same run, whatever their number.

import { expect, test } from './fixtures.mjs';

/**
 * Runs in the page.
 * @param {{ workers: number | 'auto', steps: number, model?: string, pauseAt?: number }} options
 */
async function train({ workers, steps, model = 'dense-2', pauseAt = Infinity }) {
  const { Vae } = await import(new URL('./js/api/vae.js', location.href).href);
  const images = new Uint8Array(330 * 784);
  for (let i = 0; i < images.length; i += 1) images[i] = (Math.imul(i, 2654435761) >>> 24) & (i % 784 < 300 ? 255 : 15);
  const vae = await Vae.create({ model, weights: 'random', backend: 'cpu', workers, seed: 1 });
  const planned = vae.backend.workers;
  /** @type {number[][]} */
  const losses = [];
  /** @type {number[]} */
  const held = [];
  // Three steps an epoch, the last one of 74 images.
  const run = vae.train({ images, test: { images: images.subarray(0, 77 * 784) } }, { batchSize: 128, steps, binarize: 'dynamic', warmupEpochs: 3, seed: 7 });
  for await (const { step, loss, recon, kl, test: report } of run) {
    // Where a pause told an epoch's last step before its held-out losses were known, it is told again with them.
    if (step > losses.length) losses.push([loss, recon, kl]);
    if (report) held.push(report.loss);
    if (step === pauseAt) {
      await run.pause();
      await vae.setHyperparameters({ beta: 0.5 });
      await run.step();
      await run.resume();
    }
  }
  const parameters = await vae.parameters();
  const { backend } = vae;
  vae.dispose();
  return { planned, backend, losses, held, parameters: [...parameters.subarray(0, 5000)] };
}

/** @param {import('@playwright/test').Page} page an empty one of the site's own origin */
async function empty(page) {
  await page.route('**/empty.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>t</title>' }));
  await page.goto('empty.html');
}

/** @param {number[]} values @param {number[]} others */
const apart = (values, others) => Math.max(...values.map((value, i) => Math.abs(value - others[i]) / Math.max(1, Math.abs(value))));

test('one, two and three workers make the same run, twice the very same one', async ({ page }) => {
  await empty(page);
  const steps = 100;
  const one = await page.evaluate(train, { workers: 1, steps });
  expect(one.losses).toHaveLength(steps);
  expect(one.backend.workers).toBe(1);
  for (const workers of [2, 3]) {
    const several = await page.evaluate(train, { workers, steps });
    expect(several.planned).toBe(workers);
    expect(several.backend.workers, several.backend.reason).toBe(workers);
    expect(several.losses).toHaveLength(steps);
    expect(apart(one.losses.flat(), several.losses.flat())).toBeLessThan(1e-5);
    expect(several.held).toHaveLength(one.held.length);
    expect(apart(one.held, several.held)).toBeLessThan(1e-5);
    const again = await page.evaluate(train, { workers, steps });
    expect(again.losses).toEqual(several.losses);
    expect(again.parameters).toEqual(several.parameters);
  }
});

test('a shared run pauses, takes single steps and new settings, and goes on', async ({ page }) => {
  await empty(page);
  const { losses, backend } = await page.evaluate(train, { workers: 2, steps: 40, pauseAt: 10 });
  expect(losses).toHaveLength(40);
  expect(backend.workers).toBe(2);
  expect(losses.flat().every(Number.isFinite)).toBe(true);
});

test('where no worker can be started from a worker, one trains alone and says so', async ({ page }) => {
  await empty(page);
  // What a browser without nested workers looks like to the engine.
  await page.route('**/api/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete globalThis.Worker;\n${await response.text()}` });
  });
  const { losses, backend } = await page.evaluate(train, { workers: 2, steps: 12 });
  expect(losses).toHaveLength(12);
  expect(backend.workers).toBe(1);
  expect(backend.reason).toContain('Worker');
});
