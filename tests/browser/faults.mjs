// How far a training's counter goes back when something fails.

/** @typedef {import('@playwright/test').Page} Page */

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
