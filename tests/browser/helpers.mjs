// What the specs of the page have in common: reading what it shows, and drawing on it.

import { expect } from './fixtures.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Opens the page and waits until it can be used.
 * @param {Page} page
 * @param {string} [address] query and hash
 */
export async function open(page, address = '') {
  await page.goto(`./${address}`);
  await expect(page.getByTestId('ready')).toBeAttached();
}

/**
 * The unrounded number that an element shows.
 * @param {Page} page
 * @param {string} id
 * @returns {Promise<number>} NaN while it shows none
 */
export async function value(page, id) {
  return Number((await page.getByTestId(id).getAttribute('data-value')) ?? NaN);
}

/**
 * A canvas's pixels, four bytes each. Read from a copy: the browser warns of a page that reads its own canvas often.
 * @param {import('@playwright/test').Locator} canvas
 * @returns {Promise<number[]>}
 */
export function rgba(canvas) {
  return canvas.evaluate((one) => {
    if (!(one instanceof HTMLCanvasElement)) throw new Error('not a canvas');
    if (one.width === 0 || one.height === 0) return [];
    const copy = new OffscreenCanvas(one.width, one.height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext('2d', { willReadFrequently: true }));
    context.drawImage(one, 0, 0);
    return Array.from(context.getImageData(0, 0, one.width, one.height).data);
  });
}

/**
 * A canvas's brightness in [0, 1], pixel by pixel.
 * @param {Page} page
 * @param {string} id
 * @returns {Promise<number[]>}
 */
export async function pixels(page, id) {
  const data = await rgba(page.getByTestId(id));
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i] / 255);
}

/**
 * A picture that does not change any more: a line is drawn once more as a whole when the pen is lifted, and what is shown follows.
 * @param {Page} page
 * @param {string} id
 * @returns {Promise<number[]>}
 */
export async function atRest(page, id) {
  let last = await pixels(page, id);
  await expect.poll(async () => {
    const [before, now] = [last, await pixels(page, id)];
    last = now;
    return now.every((value, i) => value === before[i]);
  }, { intervals: [300] }).toBe(true);
  return last;
}

/** @param {number[]} picture */
export const ink = (picture) => picture.reduce((sum, value) => sum + value, 0);

/**
 * How far two pictures point the same way: the cosine between them.
 * @param {number[]} a
 * @param {number[]} b
 */
export function overlap(a, b) {
  const dot = (/** @type {number[]} */ x, /** @type {number[]} */ y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/**
 * Draws one stroke with the mouse.
 * @param {Page} page
 * @param {[number, number][]} points in shares of the pad
 */
export async function stroke(page, points) {
  const box = await page.getByTestId('sketchpad').boundingBox();
  if (!box) throw new Error('the pad is not on the page');
  const at = (/** @type {[number, number]} */ [x, y]) => /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 6 });
  await page.mouse.up();
}

/** A seven, as a person would draw it. @type {[number, number][]} */
export const SEVEN = [[0.3, 0.25], [0.5, 0.24], [0.68, 0.23], [0.58, 0.45], [0.5, 0.62], [0.45, 0.8]];

/** A nought. @type {[number, number][]} */
export const NOUGHT = Array.from({ length: 17 }, (_, i) => [0.5 + 0.2 * Math.sin((i * Math.PI) / 8), 0.5 - 0.3 * Math.cos((i * Math.PI) / 8)]);

/**
 * The main thread's longest task while `work` goes on, in milliseconds: as a clock saw it, and as processor time.
 * Only the latter says what the page did where other programs share the machine.
 * @param {import('@playwright/test').Browser} browser
 * @param {Page} page
 * @param {() => Promise<void>} work
 * @returns {Promise<{ clock: number, processor: number, tasks: number }>}
 */
export async function longestTask(browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  await page.evaluate(() => performance.mark('the-main-thread'));
  await work();
  /** @type {{ traceEvents: { name: string, pid: number, tid: number, dur?: number, tdur?: number }[] }} */
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const mark = traceEvents.find(({ name }) => name === 'the-main-thread');
  if (!mark) throw new Error('the trace lacks the mark of the main thread');
  const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && pid === mark.pid && tid === mark.tid);
  const longest = (/** @type {'dur' | 'tdur'} */ key) => Math.max(...tasks.map((task) => task[key] ?? 0)) / 1000;
  return { clock: longest('dur'), processor: longest('tdur'), tasks: tasks.length };
}
