// A GPU that goes away: the CPU takes over, nothing is lost that was shown, and the page says so.

import { expect, test } from './fixtures.mjs';
import { back, watchSteps } from './faults.mjs';
import { SEVEN, ink, open, overlap, pixels, stroke, value } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Lets every worker begin with some code of ours.
 * @param {Page} page
 * @param {() => void} first
 */
async function beginWorkersWith(page, first) {
  await page.route('**/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${first})();\n${await response.text()}` });
  });
}

/** Draws, and sees the drawing come back. @param {Page} page */
async function expectDrawing(page) {
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect.poll(async () => overlap(await pixels(page, 'model-input'), await pixels(page, 'reconstruction'))).toBeGreaterThan(0.6);
  expect(ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(10);
}

test('a device destroyed in mid-training: training goes on on the CPU from what is shown, and the page says so', async ({ page }) => {
  test.setTimeout(400_000);
  await beginWorkersWith(page, () => {
    const devices = /** @type {{ destroy: () => void }[]} */ ([]);
    Object.assign(globalThis, { devices });
    const { prototype } = /** @type {any} */ (globalThis).GPUAdapter;
    const { requestDevice } = prototype;
    prototype.requestDevice = async function (/** @type {unknown} */ how) {
      const device = await requestDevice.call(this, how);
      devices.push(device);
      return device;
    };
  });
  await open(page, '?backend=webgpu#batch=32');
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 240_000 }).toBeGreaterThanOrEqual(15);
  const told = page.getByText('The GPU went away.').waitFor({ timeout: 120_000 });
  await watchSteps(page);
  await page.workers().at(-1)?.evaluate(() => {
    for (const device of /** @type {any} */ (globalThis).devices) device.destroy();
  });
  await told;
  await expect(page.getByTestId('backend')).toHaveAttribute('data-value', 'cpu');
  await expect(page.getByTestId('backend')).toHaveAttribute('data-reason', 'device-lost');
  await expect.poll(() => value(page, 'step-count'), { timeout: 120_000 }).toBeGreaterThan(40);
  const { most, step } = await back(page);
  console.log(`device destroyed at step ${most}: training went on from step ${step}`);
  // As many as a chunk and a hand-over take on a GPU that is a program.
  expect(most - step).toBeLessThanOrEqual(15);
  expect(step).toBeGreaterThan(0);
  await expect.poll(() => value(page, 'step-count'), { timeout: 120_000 }).toBeGreaterThan(most + 20);
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'running');
  expect(await value(page, 'loss-elbo')).toBeGreaterThan(-300);
  await page.getByTestId('pause').click();
  await expectDrawing(page);
  await expect(page.getByTestId('error')).toHaveCount(0);
});
