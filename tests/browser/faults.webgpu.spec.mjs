// A GPU that goes away: the CPU takes over, nothing is lost that was shown, and the page says so.

import { expect, test } from './fixtures.mjs';
import { back, beginWorkersWith, expectDrawing, watchSteps } from './faults.mjs';
import { keepDevices } from './gpu-faults.mjs';
import { open, value } from './helpers.mjs';

test('a device destroyed in mid-training: training goes on on the CPU from what is shown, and the page says so', async ({ page }) => {
  test.setTimeout(400_000);
  await beginWorkersWith(page, keepDevices);
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
