// What is kept, shared and brought along: reloads, links, back and forward, second tabs, files, full storage.

import { expect, test } from './fixtures.mjs';
import { SEVEN, ink, open, overlap, pixels, stroke, value } from './helpers.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/** Trains some steps and pauses. @param {Page} page @param {number} [least] */
async function trainABit(page, least = 5) {
  await page.getByTestId('train').click();
  // The first training fetches the data and starts a worker of its own.
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(least);
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
}

/** Steps at which the visits that this browser keeps were saved. @param {Page} page @returns {Promise<number[]>} */
function kept(page) {
  return page.evaluate(async () => {
    const asked = (/** @type {IDBRequest} */ request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await asked(indexedDB.open('vae-playground', 1));
    const visits = database.objectStoreNames.contains('visits') ? await asked(database.transaction('visits').objectStore('visits').getAll()) : [];
    database.close();
    return visits.map((/** @type {any} */ visit) => visit.keepsake.state.step);
  });
}

/** Drops a file on the page. @param {Page} page @param {{ name: string, type: string, bytes: number[] }} file */
async function drop(page, file) {
  await page.evaluate(({ name, type, bytes }) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
    for (const event of ['dragover', 'drop']) {
      document.querySelector('main')?.dispatchEvent(new DragEvent(event, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, file);
}

test('after a reload what was trained is offered, and comes back with its step, weights and drawing', async ({ page }) => {
  await open(page, '#weights=random');
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await trainABit(page);
  const [step, back] = [await value(page, 'step-count'), await pixels(page, 'reconstruction')];
  await expect.poll(() => kept(page)).toEqual([step]);
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  expect(await value(page, 'step-count')).toBe(0);
  await page.getByTestId('resume').click();
  await expect.poll(() => value(page, 'step-count')).toBe(step);
  await expect.poll(async () => overlap(await pixels(page, 'reconstruction'), back)).toBeGreaterThan(0.999);
  await expect.poll(() => kept(page), 'the old record went').toEqual([step]);
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count')).toBeGreaterThan(step);
});

test('a shared link opens what it says, whatever was kept; what was kept can be deleted', async ({ page }) => {
  await open(page);
  await trainABit(page);
  await expect.poll(async () => (await kept(page)).length).toBe(1);
  await page.goto('about:blank');
  await open(page, '#preset=dense-20&beta=3');
  await expect(page.getByTestId('preset')).toHaveValue('dense-20');
  await expect(page.getByTestId('beta')).toHaveAttribute('data-value', '3');
  expect(await value(page, 'step-count')).toBe(0);
  await page.getByRole('button', { name: 'Delete it' }).click();
  await expect.poll(async () => (await kept(page)).length).toBe(0);
});

test('two tabs keep their own, and neither offers what the other is at', async ({ page, context, baseURL }) => {
  // Two pages train at once.
  test.slow();
  await open(page);
  await trainABit(page);
  await expect.poll(async () => (await kept(page)).length).toBe(1);
  const second = await context.newPage();
  await second.goto(String(baseURL));
  await expect(second.getByTestId('ready')).toBeAttached();
  await trainABit(second, 2);
  const steps = [await value(page, 'step-count'), await value(second, 'step-count')].sort();
  await expect.poll(async () => (await kept(second)).sort()).toEqual(steps);
  await expect(second.getByTestId('resume')).toBeHidden();
  await second.close();
  await page.reload();
  await expect(page.getByTestId('resume')).toBeVisible();
});

test('a browser that refuses storage is told of once, and training goes on', async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await open(page);
  // A remark passes: it is looked for from the start.
  const told = expect(page.getByText('does not let the page keep')).toBeVisible({ timeout: 90_000 });
  await trainABit(page);
  await told;
  const step = await value(page, 'step-count');
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count')).toBeGreaterThan(step);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('back and forward go through models and tabs; an address edited by hand is followed', async ({ page }) => {
  await open(page);
  const first = await page.getByTestId('preset').inputValue();
  await page.getByTestId('preset').selectOption('dense-20');
  await expect(page).toHaveURL(/preset=dense-20/);
  await page.getByRole('tab', { name: 'Learn' }).click();
  await expect(page).toHaveURL(/tab=learn/);
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Train' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('preset')).toHaveValue('dense-20');
  await page.goBack();
  await expect(page.getByTestId('preset')).toHaveValue(first);
  await expect(page.getByTestId('latent-sliders').locator('input[type=range]')).toHaveCount(2);
  await page.goForward();
  await expect(page.getByTestId('preset')).toHaveValue('dense-20');
  await page.evaluate(() => void (location.hash = '#preset=dense-20&beta=7&tab=generate'));
  await expect(page.getByTestId('beta')).toHaveAttribute('data-value', '7');
  await expect(page.getByRole('tab', { name: 'Generate' })).toHaveAttribute('aria-selected', 'true');
});

test('a link carries a code set by hand and a network of one’s own', async ({ page }) => {
  const spec = {
    input: { channels: 1, height: 28, width: 28 }, encoder: [{ type: 'linear', units: 32, activation: 'relu' }], latent: 3,
    decoder: [{ type: 'linear', units: 32, activation: 'relu' }], likelihood: { type: 'bernoulli' },
  };
  await open(page, `#spec=${Buffer.from(JSON.stringify(spec)).toString('base64url')}&z=0.5,-1.25,2`);
  await expect(page.getByTestId('latent-sliders').locator('input[type=range]')).toHaveCount(3);
  expect(await page.evaluate(() => Array.from(/** @type {any} */ (globalThis).playground.store.state.z))).toEqual([0.5, -1.25, 2]);
  await expect(page).toHaveURL(/z=0.5,-1.25,2/);
  const { hash } = new URL(page.url());
  await page.goto('about:blank');
  await open(page, hash);
  expect(await page.evaluate(() => /** @type {any} */ (globalThis).playground.vae.spec.latent)).toBe(3);
  await page.goto('about:blank');
  await open(page, '#spec=bm9uc2Vuc2U&z=1,x&tab=nowhere&beta=-1');
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('a checkpoint of another model brings its name along', async ({ page }) => {
  await open(page, '#preset=dense-20');
  const download = page.waitForEvent('download');
  await page.getByTestId('save').click();
  const path = await (await download).path();
  await page.goto('about:blank');
  await open(page);
  await page.getByTestId('load').setInputFiles(path);
  await expect(page.getByTestId('preset')).toHaveValue('dense-20');
});

test('a file dropped anywhere: an image goes on the pad, weights are loaded, anything else is told', async ({ page }) => {
  await open(page);
  const before = await pixels(page, 'model-input');
  const png = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 64;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 64, 64);
    context.fillStyle = '#000';
    context.fillRect(28, 8, 8, 48);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve));
    return Array.from(new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer()));
  });
  await drop(page, { name: 'one.png', type: 'image/png', bytes: png });
  await expect.poll(() => pixels(page, 'model-input')).not.toEqual(before);
  expect(ink(await pixels(page, 'model-input'))).toBeGreaterThan(10);
  await drop(page, { name: 'notes.txt', type: 'text/plain', bytes: [1, 2, 3] });
  await expect(page.getByText('neither weights (.safetensors) nor an image')).toBeVisible();
  await drop(page, { name: 'bad.safetensors', type: '', bytes: [1, 2, 3] });
  await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'invalid-checkpoint');
});

test('a teacher ticks parts, and the link shows the others, in order', async ({ page }) => {
  await open(page);
  const teacher = page.getByTestId('teacher');
  await teacher.locator('summary').click();
  for (const name of ['Encoder', 'Curves', 'Repair']) await teacher.getByRole('checkbox', { name, exact: true }).uncheck();
  await teacher.getByRole('checkbox', { name: 'Random weights' }).check();
  const link = await page.getByTestId('teacher-link').inputValue();
  expect(link).toMatch(/hide=encoder,chart,repair/);
  expect(await page.getByTestId('teacher-snippet').inputValue()).toContain('<iframe src="');
  await page.goto(link);
  await expect(page.getByTestId('ready')).toBeAttached();
  await expect(page.getByTestId('mu')).toBeHidden();
  await expect(page.getByTestId('loss-chart')).toBeHidden();
  await expect(page.getByRole('tab', { name: 'Repair' })).toBeHidden();
  expect(await page.evaluate(() => /** @type {any} */ (globalThis).playground.store.state.weights)).toBe('random');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test('a page opened paused has a training that waits for its first step', async ({ page }) => {
  await open(page, '?paused=1');
  await expect(page.getByTestId('status')).toHaveAttribute('data-run', 'paused');
  expect(await value(page, 'step-count')).toBe(0);
  await page.getByTestId('step').click();
  await expect.poll(() => value(page, 'step-count')).toBe(1);
});

test('a training goes on through a change of size and a tab that was hidden for a while', async ({ page }) => {
  await open(page);
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count')).toBeGreaterThan(3);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.setViewportSize({ width: 1280, height: 800 });
  const hide = (/** @type {boolean} */ hidden) => page.evaluate((now) => {
    Object.defineProperty(document, 'hidden', { value: now, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await hide(true);
  await expect.poll(async () => (await kept(page)).length, 'it is kept when it is left').toBe(1);
  await hide(false);
  const step = await value(page, 'step-count');
  await expect.poll(() => value(page, 'step-count')).toBeGreaterThan(step + 3);
});
