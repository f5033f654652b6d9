// GPUs that fail at the start or at their work: the page comes up or goes on on the CPU, says why in both languages, draws and trains.

import { expect, test } from './fixtures.mjs';
import { back, beginWorkersWith, expectDrawing, watchSteps } from './faults.mjs';
import { GPU_FAULTS, keepDevices, passForHardware } from './gpu-faults.mjs';
import { open, value } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {keyof typeof GPU_FAULTS} Fault */
/** The badge's reason, and whether an error is told before anything is trained.
 * @typedef {{ reason: keyof typeof WORDS, error?: boolean }} Outcome */

/** What the badge says. */
const WORDS = {
  'no-adapter': ['no GPU that could be opened', '没有向网页提供可以打开的 GPU'],
  'software-adapter': ['imitated by software', '软件模拟的 GPU'],
  'gpu-failed': ['The GPU failed at its work', 'GPU 无法完成计算'],
};

/** With WebGPU asked for: what cannot be opened is told as an error too. @type {Record<Fault, Outcome>} */
const ASKED_FOR = {
  'no adapter': { reason: 'no-adapter', error: true },
  'an adapter that opens no device': { reason: 'no-adapter', error: true },
  'shaders that do not compile': { reason: 'gpu-failed' },
  // Left the choice, the page does not try the program that stands for a GPU here.
  'buffers refused by a throw': { reason: 'software-adapter', error: true },
  'large buffers refused by a throw': { reason: 'gpu-failed' },
  'large buffers refused for want of memory': { reason: 'gpu-failed' },
  'a device lost as soon as it is there': { reason: 'software-adapter', error: true },
};

/** With the choice left open, and an adapter that passes for a GPU: nothing is an error. @type {Partial<Record<Fault, Outcome>>} */
const LEFT_OPEN = {
  'no adapter': { reason: 'no-adapter' },
  'an adapter that opens no device': { reason: 'no-adapter' },
  'shaders that do not compile': { reason: 'gpu-failed' },
  'buffers refused by a throw': { reason: 'gpu-failed' },
  'a device lost as soon as it is there': { reason: 'no-adapter' },
};

const entries = (/** @type {Partial<Record<Fault, Outcome>>} */ outcomes) => /** @type {[Fault, Outcome][]} */ (Object.entries(outcomes));

/**
 * @param {Page} page
 * @param {Outcome} outcome
 */
async function expectCpu(page, { reason, error = false }) {
  const told = page.getByTestId('error');
  await expect(told).toHaveCount(error ? 1 : 0);
  if (error) await expect(told).toHaveAttribute('data-code', 'unsupported');
  await page.getByTestId('train').click();
  const badge = page.getByTestId('backend');
  await expect(badge).toHaveAttribute('data-reason', reason, { timeout: 60_000 });
  await expect(badge).toHaveAttribute('data-value', 'cpu');
  await expect.poll(() => value(page, 'step-count'), { timeout: 120_000 }).toBeGreaterThan(20);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
  expect(await value(page, 'loss-elbo')).toBeGreaterThan(-400);
  const [en, zh] = WORDS[reason];
  await badge.locator('summary').click();
  await expect(badge).toContainText(en);
  await page.keyboard.press('Escape');
  await page.getByTestId('language').selectOption('zh');
  await badge.locator('summary').click();
  await expect(badge).toContainText(zh);
  await page.keyboard.press('Escape');
  await expectDrawing(page);
  await expect(told).toHaveCount(0);
}

for (const [fault, outcome] of entries(ASKED_FOR)) {
  test(`WebGPU asked for, ${fault}: the page works on the CPU and says why`, async ({ page }) => {
    test.setTimeout(300_000);
    await beginWorkersWith(page, GPU_FAULTS[fault]);
    await open(page, '?backend=webgpu#batch=32');
    await expectCpu(page, outcome);
  });
}

for (const [fault, outcome] of entries(LEFT_OPEN)) {
  test(`the choice left open, ${fault}: the page works on the CPU and says why, without an error`, async ({ page }) => {
    test.setTimeout(300_000);
    await beginWorkersWith(page, passForHardware, GPU_FAULTS[fault]);
    await open(page, '#batch=32');
    await expectCpu(page, outcome);
  });
}

test('no memory in mid-training: training goes on on the CPU from what is shown, and the page says so', async ({ page }) => {
  test.setTimeout(400_000);
  await beginWorkersWith(page, keepDevices);
  await open(page, '?backend=webgpu#batch=32');
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 240_000 }).toBeGreaterThanOrEqual(15);
  const told = page.getByText('The GPU failed at its work. The engine was started again on the CPU').waitFor({ timeout: 120_000 });
  await watchSteps(page);
  await page.workers().at(-1)?.evaluate(() => {
    const { devices, GPUOutOfMemoryError, GPUUncapturedErrorEvent } = /** @type {any} */ (globalThis);
    const error = new GPUOutOfMemoryError('no memory today');
    for (const device of devices) device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
  });
  await told;
  await expect(page.getByTestId('backend')).toHaveAttribute('data-reason', 'gpu-failed');
  const before = await value(page, 'step-count');
  await expect.poll(() => value(page, 'step-count'), { timeout: 120_000 }).toBeGreaterThan(before + 20);
  const { most, step } = await back(page);
  console.log(`no memory at step ${most}: training went on from step ${step}`);
  expect(most - step).toBeLessThanOrEqual(15);
  expect(step).toBeGreaterThan(0);
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'running');
  await page.getByTestId('pause').click();
  await expectDrawing(page);
  await expect(page.getByTestId('error')).toHaveCount(0);
});
