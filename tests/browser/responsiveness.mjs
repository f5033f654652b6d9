// How quickly the page answers while it trains: node tests/browser/responsiveness.mjs [SITE] [--seconds N] [--preset NAME]
// Prints a table; timings mean something only where nothing else uses the processor.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { longestTask } from './helpers.mjs';
import { serveSite } from './site-server.mjs';

const { values: { seconds: given, preset }, positionals } = parseArgs({
  allowPositionals: true, options: { seconds: { type: 'string', default: '8' }, preset: { type: 'string', default: 'dense-2' } },
});
const seconds = Number(given);
const site = positionals[0] ?? fileURLToPath(new URL('../../dist', import.meta.url));
const server = await serveSite(site, '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });

/** @typedef {{ strokes: number[], frames: number, maps: number, weights: number, steps: number, ms: number }} Seen */

/** Notes, in the page, every pointer event until a reconstruction that holds it is shown, frames, and what is refreshed. */
function watch() {
  const { store } = /** @type {any} */ (globalThis).playground;
  /** @type {{ at: number, drawn: boolean }[]} */
  let waiting = [];
  const seen = { strokes: /** @type {number[]} */ ([]), frames: 0, maps: 0, weights: 0, steps: store.state.step, ms: performance.now() };
  let over = false;
  const pad = /** @type {HTMLElement} */ (document.querySelector('[data-testid="sketchpad"]'));
  const note = (/** @type {PointerEvent} */ event) => {
    if (event.buttons === 1) waiting.push({ at: event.timeStamp, drawn: false });
  };
  // The page hears of the pointer as soon as the browser tells, where it does so before the next frame.
  const moves = 'onpointerrawupdate' in pad ? 'pointerrawupdate' : 'pointermove';
  pad.addEventListener(moves, /** @type {EventListener} */ (note), { capture: true });
  let [first, second] = [true, true];
  const ends = [
    store.watch(['strokes'], () => {
      for (const event of waiting) event.drawn = true;
    }),
    store.watch(['reconstruction'], () => {
      if (first) return void (first = false);
      const now = performance.now();
      seen.strokes.push(...waiting.filter(({ drawn }) => drawn).map(({ at }) => now - at));
      waiting = waiting.filter(({ drawn }) => !drawn);
    }),
    store.watch(['atlas'], () => void (second ? (second = false) : seen.maps++)),
    store.watch(['weightsVersion'], () => void seen.weights++),
  ];
  const frame = () => {
    seen.frames++;
    if (!over) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  Object.assign(globalThis, {
    endWatch() {
      over = true;
      for (const end of ends) end();
      pad.removeEventListener(moves, /** @type {EventListener} */ (note), { capture: true });
      return { ...seen, steps: store.state.step - seen.steps, ms: performance.now() - seen.ms };
    },
  });
}

/**
 * Draws with the mouse for a while, a move about every frame.
 * @param {import('@playwright/test').Page} page
 */
async function draw(page) {
  const box = await page.getByTestId('sketchpad').boundingBox();
  if (!box) throw new Error('the pad is not on the page');
  const end = performance.now() + seconds * 1000;
  for (let t = 0; performance.now() < end; t++) {
    const [x, y] = [0.5 + 0.25 * Math.sin(t / 7), 0.5 + 0.3 * Math.cos(t / 9)];
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    if (t === 0) await page.mouse.down();
    await page.waitForTimeout(16);
    // A new stroke now and then, on a clean pad, as a person would.
    if (t % 60 === 59) {
      await page.mouse.up();
      await page.getByTestId('clear').click();
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
      await page.mouse.down();
    }
  }
  await page.mouse.up();
}

/**
 * @param {number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} what
 */
async function measure(page, what) {
  await page.evaluate(watch);
  await draw(page);
  /** @type {Seen} */
  const drawn = await page.evaluate(() => /** @type {any} */ (globalThis).endWatch());
  await page.evaluate(watch);
  const task = await longestTask(browser, page, () => page.waitForTimeout(seconds * 1000));
  /** @type {Seen} */
  const still = await page.evaluate(() => /** @type {any} */ (globalThis).endWatch());
  const perSecond = (/** @type {Seen} */ of, /** @type {'frames' | 'maps' | 'weights' | 'steps'} */ key) => (1000 * of[key]) / of.ms;
  return {
    '': what,
    'stroke → x̂ median ms': quantile(drawn.strokes, 0.5).toFixed(1),
    'p95 ms': quantile(drawn.strokes, 0.95).toFixed(1),
    events: drawn.strokes.length,
    'longest task ms (work)': task.processor.toFixed(1),
    '(by the clock)': task.clock.toFixed(1),
    'frames/s': perSecond(still, 'frames').toFixed(1),
    'maps/s': perSecond(still, 'maps').toFixed(1),
    'steps/s': perSecond(still, 'steps').toFixed(1),
  };
}

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${server.url}#preset=${preset}`);
  await page.getByTestId('ready').waitFor();
  const rows = [await measure(page, 'at rest')];
  await page.getByTestId('reset').click();
  await page.getByTestId('train').click();
  await page.waitForFunction(() => /** @type {any} */ (globalThis).playground.store.state.step > 20, null, { timeout: 120_000 });
  rows.push(await measure(page, `training ${preset}`));
  console.table(Object.fromEntries(rows.map(({ '': what, ...row }) => [what, row])));
} finally {
  await browser.close();
  await server.close();
}
