// Faults made by hand: how they get into workers, how far a training's counter goes back for them, and whether the page still draws.

import { expect } from './fixtures.mjs';
import { SEVEN, ink, overlap, pixels, stroke } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** Code of ours in a worker, whose types are not those of a page.
 * @typedef {(scope: any) => void} InWorker */

/**
 * Lets every worker begin with some code of ours.
 * @param {Page} page
 * @param {InWorker[]} first knows nothing but its argument
 */
export async function beginWorkersWith(page, ...first) {
  const begin = first.map((one) => `(${one})(globalThis);\n`).join('');
  await page.route('**/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: begin + (await response.text()) });
  });
}

/** Draws, and sees the drawing come back. @param {Page} page */
export async function expectDrawing(page) {
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await expect.poll(async () => overlap(await pixels(page, 'model-input'), await pixels(page, 'reconstruction'))).toBeGreaterThan(0.6);
  expect(ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(10);
}

/** @param {Page} page */
export function watchSteps(page) {
  return page.evaluate(() => {
    const { store } = /** @type {any} */ (globalThis).playground;
    let most = store.state.step;
    const back = { most, step: most };
    Object.assign(globalThis, { back });
    store.watch(['step'], (/** @type {{ step: number }} */ { step }) => {
      if (step < most) Object.assign(back, { most, step });
      most = Math.max(most, step);
    });
  });
}

/**
 * @param {Page} page
 * @returns {Promise<{ most: number, step: number }>} the step before it went back, and the one that it went on from; the same where it
 *   never did
 */
export function back(page) {
  return page.evaluate(() => /** @type {{ back: { most: number, step: number } }} */ (/** @type {unknown} */ (globalThis)).back);
}
