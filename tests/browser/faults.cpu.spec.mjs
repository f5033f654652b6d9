// Workers that fail while they are used: the page says so, starts others, and goes on from the last weights.

import { writeFile } from 'node:fs/promises';
import { expect, test } from './fixtures.mjs';
import { back, watchSteps } from './faults.mjs';
import { SEVEN, ink, open, overlap, pixels, stroke, value } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/** What happened, for the table of faults: FAULTS_JSON names a file. @type {Record<string, unknown>[]} */
const figures = [];
test.afterAll(async () => {
  if (process.env.FAULTS_JSON) await writeFile(process.env.FAULTS_JSON, `${JSON.stringify(figures, null, 2)}\n`);
});

/** Runs in the page: keeps every worker that is started, and when the page was told. */
function keepWorkers() {
  const workers = /** @type {Worker[]} */ ([]);
  Object.assign(globalThis, { workers });
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    /** @param {ConstructorParameters<typeof Worker>} how */
    constructor(...how) {
      super(...how);
      workers.push(this);
    }
  };
}

/** Ways in which a worker ends. @type {Record<string, (page: Page, nth: number) => Promise<unknown>>} */
const ENDS = {
  // Browsers end workers so where memory is short; nobody is told.
  terminated: (page, nth) => page.evaluate((at) => /** @type {any} */ (globalThis).workers.at(at).terminate(), nth),
  thrown: (page, nth) => page.workers().at(nth)?.evaluate(() => void setTimeout(() => {
    throw new Error('a fault made by hand');
  })) ?? Promise.reject(new Error('no such worker')),
  // Never resolves: the loop does not end.
  hung: async (page, nth) => void page.workers().at(nth)?.evaluate(() => {
    for (;;);
  }).catch(() => {}),
};

/** The training one is started last. */
const TRAINING = -1;
const SHOWN = 0;

const NOTICE = 'A part of the engine stopped by itself and was started again.';

for (const [how, end] of Object.entries(ENDS)) {
  test(`the training's worker is ${how}: training goes on from what is shown, and the page says so`, async ({ page }) => {
    test.slow();
    await page.addInitScript(keepWorkers);
    await open(page, '#weights=random');
    await page.getByTestId('train').click();
    await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(60);
    const began = Date.now();
    const before = await value(page, 'step-count');
    // A remark passes: it is looked for from the start.
    const told = page.getByText(NOTICE).waitFor({ timeout: 90_000 }).then(() => Date.now() - began);
    await watchSteps(page);
    await end(page, TRAINING);
    const ms = await told;
    await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(before + 30);
    const { most, step } = await back(page);
    const rate = await value(page, 'steps-per-second');
    figures.push({ fault: `training worker ${how}`, toldAfterMs: ms, stepsAtFault: most, wentOnFrom: step, lost: most - step, stepsPerSecond: rate });
    expect(step, 'nothing is counted twice').toBeLessThanOrEqual(most);
    expect(step).toBeGreaterThan(0);
    // A second and a chunk, on a machine that may be busy with other things.
    expect(most - step).toBeLessThan(Math.max(3 * rate, 100));
    await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'running');
    expect(await value(page, 'loss-elbo')).toBeGreaterThan(-400);
    await page.getByTestId('pause').click();
    await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
    await expect(page.getByTestId('error')).toHaveCount(0);
  });

  test(`the worker that answers drawings is ${how}: the next drawing is answered with the trained weights`, async ({ page }) => {
    test.slow();
    await page.addInitScript(keepWorkers);
    await open(page, '#weights=random');
    await page.getByTestId('train').click();
    await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(60);
    await page.getByTestId('pause').click();
    await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
    // The copy that is kept of the weights follows them within a second or so.
    await page.waitForTimeout(2500);
    const before = await pixels(page, 'reconstruction');
    const began = Date.now();
    await end(page, SHOWN);
    const told = page.getByText(NOTICE).waitFor({ timeout: 90_000 }).then(() => Date.now() - began);
    await page.getByTestId('resample').click();
    const ms = await told;
    await expect.poll(async () => overlap(await pixels(page, 'reconstruction'), before)).toBeGreaterThan(0.9999);
    await page.getByTestId('clear').click();
    await stroke(page, SEVEN);
    await expect.poll(async () => ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(10);
    const step = await value(page, 'step-count');
    await page.getByTestId('train').click();
    await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(step + 5);
    await expect(page.getByTestId('error')).toHaveCount(0);
    figures.push({ fault: `shown worker ${how}`, toldAfterMs: ms, lost: 0 });
  });
}
