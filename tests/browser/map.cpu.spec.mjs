// The latent space: decoding wherever it is pointed at, with the mouse, a finger and the keyboard; planes; sliders; the replay.

import { expect, test } from './fixtures.mjs';
import { ink, open, overlap, pixels, value } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Something of the page's state.
 * @template T
 * @param {Page} page
 * @param {(state: import('../../www/js/store.js').State) => T} read runs in the page
 * @returns {Promise<T>}
 */
const state = (page, read) => page.evaluate(`(${read})(globalThis.playground.store.state)`);

/** @param {Page} page */
const map = (page) => page.getByTestId('latent-map');

/** Waits until digits and manifold are there. @param {Page} page */
async function openMap(page, address = '') {
  await open(page, address);
  await expect.poll(() => state(page, ({ atlas, manifold }) => atlas?.points.length === 2000 && manifold !== null)).toBe(true);
}

/**
 * A place on the map in the page's coordinates.
 * @param {Page} page
 * @param {number} x share of the width
 * @param {number} y
 * @returns {Promise<[number, number]>}
 */
async function place(page, x, y) {
  await map(page).scrollIntoViewIfNeeded();
  const box = await map(page).boundingBox();
  if (!box) throw new Error('the map is not on the page');
  return [box.x + x * box.width, box.y + y * box.height];
}

/** @param {Page} page */
const z = (page) => state(page, (now) => Array.from(now.z ?? []));

/** How much of the map's canvas has a class's colour. @param {Page} page @param {string} color #rrggbb */
function coloured(page, color) {
  return map(page).evaluate((canvas, wanted) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error('not a canvas');
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height);
    const rgb = [1, 3, 5].map((at) => parseInt(wanted.slice(at, at + 2), 16));
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (rgb.every((channel, c) => Math.abs(channel - data[i + c]) < 24)) count++;
    return count;
  }, color);
}

test('hovering decodes there and going away brings back what was', async ({ page }) => {
  await openMap(page);
  const before = [await pixels(page, 'reconstruction'), await z(page)];
  await page.mouse.move(...(await place(page, 0.85, 0.25)));
  await expect.poll(async () => overlap(await pixels(page, 'reconstruction'), /** @type {number[]} */ (before[0]))).toBeLessThan(0.75);
  const there = await z(page);
  expect(there[0]).toBeGreaterThan(1);
  expect(there[1]).toBeGreaterThan(0.5);
  await page.mouse.move(2, 2);
  await expect.poll(() => pixels(page, 'reconstruction')).toEqual(before[0]);
  expect(await z(page)).toEqual(before[1]);
});

test('a click keeps z there, dragging takes it along, and the sliders follow', async ({ page }) => {
  await openMap(page);
  await page.mouse.move(...(await place(page, 0.2, 0.5)));
  await page.mouse.down();
  await page.mouse.move(...(await place(page, 0.8, 0.3)), { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(2, 2);
  const [u, v] = await z(page);
  expect(u).toBeGreaterThan(1);
  expect(v).toBeGreaterThan(0.5);
  const slider = page.getByTestId('latent-sliders').locator('[data-dimension="0"]');
  await expect.poll(async () => Number(await slider.getAttribute('data-value'))).toBeCloseTo(u, 5);
  expect(ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(10);
  await page.getByRole('button', { name: 'z = μ', exact: true }).click();
  await expect.poll(async () => (await z(page))[0]).not.toBeCloseTo(u, 2);
});

test('arrow keys move z on the map and say where it is; Escape brings it back', async ({ page }) => {
  await openMap(page);
  const [u, v] = await z(page);
  const before = await pixels(page, 'reconstruction');
  await map(page).focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowUp');
  const [right, up] = await z(page);
  expect(right).toBeGreaterThan(u + 0.5);
  expect(up).toBeGreaterThan(v);
  await expect.poll(async () => overlap(await pixels(page, 'reconstruction'), before)).toBeLessThan(0.95);
  await expect(page.locator('.map [aria-live]')).toContainText(right.toFixed(2));
  await page.keyboard.press('Escape');
  await expect.poll(() => z(page)).toEqual([u, v]);
});

test('a double click on a digit puts it on the pad, and so does Enter with the one nearest to z', async ({ page }) => {
  await openMap(page);
  const first = await state(page, ({ atlas }) => Array.from(atlas?.points.slice(20, 22) ?? []));
  const box = await map(page).boundingBox();
  if (!box) throw new Error('the map is not on the page');
  // The view at rest holds 3.5 to either side of its middle along the shorter side.
  const unit = Math.min(box.width, box.height) / 7;
  await page.mouse.dblclick(box.x + box.width / 2 + first[0] * unit, box.y + box.height / 2 - first[1] * unit);
  await expect.poll(() => state(page, ({ pictureDigit }) => pictureDigit)).not.toBe(null);
  const digit = await state(page, ({ pictureDigit, atlas }) => Array.from(atlas?.points.slice(2 * (pictureDigit ?? 0), 2 * (pictureDigit ?? 0) + 2) ?? []));
  expect(Math.hypot(digit[0] - first[0], digit[1] - first[1])).toBeLessThan(0.3);
  const before = await pixels(page, 'model-input');
  await page.mouse.move(2, 2);
  await map(page).focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await expect.poll(async () => overlap(await pixels(page, 'model-input'), before)).toBeLessThan(0.95);
});

test('a finger decodes where it presses, and the page does not scroll', async ({ browser, site }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, baseURL: site });
  const page = await context.newPage();
  await openMap(page);
  const at = await place(page, 0.15, 0.5);
  await page.touchscreen.tap(...at);
  await expect.poll(async () => (await z(page))[0]).toBeLessThan(-1);
  expect(await map(page).evaluate((canvas) => getComputedStyle(canvas).touchAction)).toBe('none');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await context.close();
});

test('the legend hides classes, with a click and with a key', async ({ page }) => {
  await openMap(page);
  const entry = page.locator('.map-class[data-class="0"]');
  const color = await entry.evaluate((button) => button.style.getPropertyValue('--class'));
  await expect.poll(() => coloured(page, color)).toBeGreaterThan(50);
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(() => coloured(page, color)).toBeLessThan(10);
  await page.keyboard.press('Space');
  await expect(entry).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => coloured(page, color)).toBeGreaterThan(50);
  await entry.dblclick();
  await expect(page.locator('.map-class[aria-pressed="true"]')).toHaveCount(1);
});

test('the pictures behind can be taken away and laid out by Φ', async ({ page }) => {
  await openMap(page);
  const grid = page.getByTestId('map-grid');
  await grid.selectOption('normal');
  await expect.poll(() => state(page, (now) => now.manifold?.frame.warp)).toBe('normal');
  // In a corner of Φ's square lies what an even plane has far outside.
  await page.mouse.move(...(await place(page, 0.02, 0.5)));
  await expect.poll(async () => (await z(page))[0]).toBeLessThan(-1.2);
  await page.mouse.move(2, 2);
  await grid.selectOption('off');
  await expect.poll(() => state(page, (now) => now.manifold)).toBe(null);
});

test('zooming comes nearer and fit goes back', async ({ page }) => {
  await openMap(page);
  const at = async () => {
    await page.mouse.move(...(await place(page, 0.9, 0.5)));
    const [u] = await z(page);
    await page.mouse.move(2, 2);
    return u;
  };
  const far = await at();
  await page.locator('.map').getByRole('button', { name: 'Zoom in' }).click();
  await expect.poll(at).toBeLessThan(far * 0.9);
  await map(page).focus();
  await page.keyboard.press('0');
  await expect.poll(at).toBeCloseTo(far, 3);
});

test('of twenty dimensions the map shows the principal plane or any two, through the code that is there', async ({ page }) => {
  await openMap(page, '#preset=dense-20');
  const before = await z(page);
  await page.mouse.move(...(await place(page, 0.2, 0.2)));
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(2, 2);
  const moved = await z(page);
  const axes = await state(page, ({ atlas }) => [Array.from(atlas?.plane.a ?? []), Array.from(atlas?.plane.b ?? [])]);
  const way = before.map((each, j) => each - moved[j]);
  const [u, v] = axes.map((axis) => way.reduce((sum, each, j) => sum + each * axis[j], 0));
  expect(Math.hypot(...way.map((each, j) => each - u * axes[0][j] - v * axes[1][j])), 'z leaves the plane nowhere').toBeLessThan(1e-3);
  expect(Math.hypot(...before.map((value, j) => value - moved[j]))).toBeGreaterThan(1);

  await page.getByTestId('map-plane').selectOption('dimensions');
  await page.getByTestId('map-axis-0').selectOption('4');
  await page.getByTestId('map-axis-1').selectOption('7');
  await expect.poll(() => state(page, (now) => now.atlas?.plane.a[4])).toBe(1);
  const from = await z(page);
  await map(page).focus();
  await page.keyboard.press('ArrowRight');
  const to = await z(page);
  to.forEach((each, j) => (j === 4 ? expect(each).toBeGreaterThan(from[j]) : expect(each).toBeCloseTo(from[j], 5)));
});

test('sliders stand by divergence and each shows what its dimension does', async ({ page }) => {
  await openMap(page, '#preset=dense-20');
  const sliders = page.getByTestId('latent-sliders').locator('input');
  await expect(sliders).toHaveCount(20);
  const sorted = async () => {
    const kl = await state(page, ({ atlas }) => Array.from(atlas?.kl ?? []));
    const order = await sliders.evaluateAll((inputs) => inputs.map((input) => Number(input.dataset.dimension)));
    return order.every((dimension, i) => i === 0 || kl[order[i - 1]] >= kl[dimension]);
  };
  await expect.poll(sorted).toBe(true);
  const strip = () => pixels(page, 'traversal');
  await expect.poll(async () => ink(await strip())).toBeGreaterThan(50);
  const first = await strip();
  await sliders.nth(5).focus();
  await expect.poll(async () => overlap(await strip(), first)).toBeLessThan(0.999);
  await page.keyboard.press('End');
  const dimension = Number(await sliders.nth(5).getAttribute('data-dimension'));
  await expect.poll(async () => (await z(page))[dimension]).toBe(4);
});

test('a conditional model decodes the class it is told, from the same z', async ({ page }) => {
  await openMap(page, '#preset=cvae-20');
  await page.mouse.move(...(await place(page, 0.5, 0.5)));
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(2, 2);
  const there = await z(page);
  /** @param {number} label */
  const told = async (label) => {
    await page.getByTestId('map-label').selectOption(String(label));
    const decoded = await page.evaluate(async ([code, given]) => {
      const picture = await /** @type {any} */ (globalThis).playground.vae.decode(Float32Array.from(/** @type {number[]} */ (code)), { labels: [given] });
      return Array.from(picture, Number);
    }, [there, label]);
    await expect.poll(async () => overlap(await pixels(page, 'reconstruction'), decoded)).toBeGreaterThan(0.99);
    return decoded;
  };
  expect(overlap(await told(0), await told(1))).toBeLessThan(0.8);
  expect(await z(page)).toEqual(there);
});

test('a training can be replayed while it goes on and afterwards, and the present comes back', async ({ page }) => {
  await openMap(page);
  await page.getByTestId('reset').click();
  await page.getByTestId('train').click();
  const replay = page.getByTestId('replay');
  await expect.poll(() => state(page, ({ snapshots }) => snapshots.length), { timeout: 90_000 }).toBeGreaterThan(2);
  await replay.focus();
  await page.keyboard.press('Home');
  const steps = await value(page, 'step-count');
  await expect.poll(() => value(page, 'replay-step')).toBeLessThan(steps);
  const then = await value(page, 'replay-step');
  await expect.poll(() => value(page, 'step-count')).toBeGreaterThan(steps);
  expect(await value(page, 'replay-step'), 'the past stays in view').toBe(then);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => value(page, 'replay-step')).toBeGreaterThan(then);
  await page.getByTestId('replay-live').click();
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('train')).toBeEnabled();
  await expect.poll(async () => (await value(page, 'replay-step')) === (await value(page, 'step-count'))).toBe(true);
  const now = await coloured(page, '#0f7b61');
  expect(now, 'μ and its trail').toBeGreaterThan(0);

  await page.getByTestId('replay-play').click();
  await expect(page.getByTestId('replay-live')).toBeVisible();
  await expect(page.getByTestId('replay-live')).toBeHidden({ timeout: 30_000 });
});
