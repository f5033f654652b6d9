// From the pen to the reconstruction.

import { expect, test } from './fixtures.mjs';
import { NOUGHT, SEVEN, atRest, ink, open, overlap, pixels, stroke } from './helpers.mjs';

test('before any click a sample digit is there, seen, encoded and reconstructed', async ({ page }) => {
  await open(page);
  const [seen, back] = [await pixels(page, 'model-input'), await pixels(page, 'reconstruction')];
  expect(ink(seen)).toBeGreaterThan(40);
  expect(overlap(seen, back)).toBeGreaterThan(0.8);
  const latent = await page.evaluate(() => /** @type {any} */ (globalThis).playground.store.state.spec.latent);
  await expect(page.getByTestId('mu').locator('.latent-row')).toHaveCount(latent);
  await expect(page.getByTestId('latent-sliders').locator('input')).toHaveCount(latent);
  expect(ink(await pixels(page, 'sample-sheet'))).toBeGreaterThan(1000);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('the flow and the console fit a screen of 1280×800', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page);
  const size = () => page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
  expect(await size()).toEqual([1280, 800]);
  await page.getByTestId('preset').selectOption('mse-128');
  await expect(page.getByTestId('latent-sliders').locator('input')).toHaveCount(128);
  expect(await size()).toEqual([1280, 800]);
});

test('no width from a phone to a wall scrolls sideways', async ({ page }) => {
  await open(page);
  for (const width of [360, 480, 720, 1000, 1120, 1600, 3840]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
  }
});

test('what is drawn with the mouse is reconstructed, its ink where the drawing has it', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  for (const points of [SEVEN, NOUGHT]) {
    await page.getByTestId('clear').click();
    await expect.poll(async () => ink(await pixels(page, 'reconstruction'))).toBe(0);
    const before = await pixels(page, 'reconstruction');
    await stroke(page, points);
    await expect.poll(async () => overlap(await pixels(page, 'model-input'), await pixels(page, 'reconstruction'))).toBeGreaterThan(0.75);
    const back = await pixels(page, 'reconstruction');
    expect(ink(back)).toBeGreaterThan(30);
    expect(back).not.toEqual(before);
  }
});

test('the drawing is made as MNIST was: 20 pixels tall, its mass in the middle', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  await stroke(page, [[0.1, 0.05], [0.12, 0.3]]);
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBeGreaterThan(10);
  const seen = await pixels(page, 'model-input');
  const rows = [...new Set(seen.flatMap((value, i) => (value > 0.05 ? [Math.floor(i / 28)] : [])))];
  expect(Math.max(...rows) - Math.min(...rows) + 1).toBe(20);
  const middle = seen.reduce((sum, value, i) => sum + value * (Math.floor(i / 28) + 0.5), 0) / ink(seen);
  expect(Math.abs(middle - 14)).toBeLessThanOrEqual(1);
});

test('a click draws a dot; undo takes it back; clear leaves nothing', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBe(0);
  await page.getByTestId('sketchpad').click({ position: { x: 60, y: 60 } });
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBeGreaterThan(5);
  await page.getByTestId('undo').click();
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBe(0);
});

test('a finger draws, and a pen presses', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  const box = await page.getByTestId('sketchpad').boundingBox();
  if (!box) throw new Error('the pad is not on the page');
  const input = await page.context().newCDPSession(page);
  const at = (/** @type {number} */ i) => ({ x: box.x + box.width * 0.4, y: box.y + box.height * (0.2 + 0.06 * i) });
  const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  await input.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0)] });
  for (const i of steps) await input.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(i)] });
  await input.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBeGreaterThan(20);

  const pen = (/** @type {'mousePressed' | 'mouseMoved' | 'mouseReleased'} */ type, /** @type {number} */ i, /** @type {number} */ force) =>
    input.send('Input.dispatchMouseEvent', { type, ...at(i), button: 'left', buttons: 1, clickCount: 1, pointerType: 'pen', force });
  await page.getByTestId('clear').click();
  await pen('mousePressed', 0, 0.2);
  for (const i of steps) await pen('mouseMoved', i, 0.2 + 0.08 * i);
  await pen('mouseReleased', 9, 0);
  const drawn = () => page.evaluate(() => /** @type {any} */ (globalThis).playground.store.state.strokes.map((/** @type {any} */ stroke) => stroke.pressure));
  await expect.poll(async () => (await drawn()).length).toBe(1);
  const [pressure] = await drawn();
  expect(pressure.at(-1)).toBeGreaterThan(pressure[0]);
  // The link tells it too.
  await expect(page).toHaveURL(/ink=AA/);
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  expect((await drawn())[0].length).toBe(pressure.length);
});

test('redo brings back what undo took; the eraser takes ink away', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  await stroke(page, [[0.3, 0.2], [0.3, 0.8]]);
  await stroke(page, [[0.7, 0.2], [0.7, 0.8]]);
  const columns = async () => {
    const seen = await pixels(page, 'model-input');
    return [...new Set(seen.flatMap((value, i) => (value > 0.2 ? [i % 28] : [])))].length;
  };
  // Two lines fill few columns of a wide box; one line, made as tall, fewer.
  await expect.poll(columns).toBeGreaterThan(4);
  const both = await atRest(page, 'model-input');
  await page.getByTestId('undo').click();
  await expect.poll(() => pixels(page, 'model-input')).not.toEqual(both);
  const one = await atRest(page, 'model-input');
  await page.getByTestId('redo').click();
  await expect.poll(() => pixels(page, 'model-input')).toEqual(both);

  await page.getByTestId('brush').fill('0.2');
  await page.getByTestId('eraser').click();
  await expect(page.getByTestId('eraser')).toHaveAttribute('aria-pressed', 'true');
  await stroke(page, [[0.7, 0.1], [0.7, 0.9]]);
  await expect.poll(() => pixels(page, 'model-input')).toEqual(one);
});

test('a real test digit comes pixel for pixel, by class, from the sheet and with the keyboard; ink goes on top', async ({ page }) => {
  await open(page);
  const shows = () => page.evaluate(() => {
    const { digits, pictureDigit, input } = /** @type {any} */ (globalThis).playground.store.state;
    if (pictureDigit === null || !input) return null;
    const same = input.every((/** @type {number} */ value, /** @type {number} */ i) => value === digits.images[pictureDigit * 784 + i]);
    return same ? { label: digits.labels[pictureDigit], index: pictureDigit } : null;
  });
  await expect(page.getByTestId('pick')).toBeEnabled();
  await page.locator('.digit[data-digit="7"]').click();
  await expect.poll(async () => (await shows())?.label).toBe(7);
  const first = (await shows())?.index;
  await page.locator('.digit[data-digit="7"]').click();
  await expect.poll(async () => (await shows())?.index).toBeGreaterThan(first);

  await page.getByTestId('pick').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('picker').locator('.picker-digit').first()).toBeFocused();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await expect(page.getByTestId('picker')).toBeHidden();
  await expect.poll(async () => (await shows())?.label).toBe(2);
  const link = new RegExp(`digit=${(await shows())?.index}(?!\\d)`);
  await expect(page).toHaveURL(link);

  const before = await pixels(page, 'model-input');
  await stroke(page, [[0.2, 0.9], [0.9, 0.9]]);
  await expect.poll(() => pixels(page, 'model-input')).not.toEqual(before);
  await page.getByTestId('undo').click();
  await expect.poll(() => pixels(page, 'model-input')).toEqual(before);

  // The link is written once the hand rests.
  await expect(page).not.toHaveURL(/ink=./);
  await expect(page).toHaveURL(link);
  await page.reload();
  await expect(page.getByTestId('ready')).toBeAttached();
  await expect.poll(async () => (await shows())?.label).toBe(2);
});

test('an image file becomes a digit, dark on light as well as pasted; what is no image is refused', async ({ page }) => {
  await open(page);
  const png = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(300, 200);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = '#f3efe6';
    context.fillRect(0, 0, 300, 200);
    context.fillStyle = '#234';
    context.fillRect(140, 40, 16, 120);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  const upright = async () => {
    const seen = await pixels(page, 'model-input');
    const rows = new Set(seen.flatMap((value, i) => (value > 0.5 ? [Math.floor(i / 28)] : [])));
    const columns = new Set(seen.flatMap((value, i) => (value > 0.5 ? [i % 28] : [])));
    return [rows.size, columns.size];
  };
  const one = { name: 'one.png', mimeType: 'image/png', buffer: Buffer.from(png) };
  await page.getByTestId('import-image').setInputFiles(one);
  await expect.poll(upright).toEqual([20, 3]);

  await page.getByTestId('clear').click();
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBe(0);
  await page.evaluate((bytes) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([Uint8Array.from(bytes)], 'one.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
  }, png);
  await expect.poll(upright).toEqual([20, 3]);

  await page.getByTestId('import-image').setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no image') });
  await expect(page.getByTestId('error')).toBeVisible();
  expect(await upright()).toEqual([20, 3]);
});

test('a pen let go outside of the pad does not stick', async ({ page }) => {
  await open(page);
  await page.getByTestId('clear').click();
  await stroke(page, [[0.5, 0.2], [0.5, 0.7], [0.5, 1.6]]);
  await stroke(page, [[0.3, 0.5], [0.7, 0.5]]);
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBeGreaterThan(20);
  const drawn = await atRest(page, 'model-input');
  const box = await page.getByTestId('sketchpad').boundingBox();
  if (!box) throw new Error('the pad is not on the page');
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.move(box.x + box.width - 20, box.y + 30, { steps: 5 });
  await page.waitForTimeout(200);
  expect(await pixels(page, 'model-input')).toEqual(drawn);
});

test('the keyboard draws, takes back and clears', async ({ page }) => {
  await open(page);
  const pad = page.getByTestId('sketchpad');
  await pad.focus();
  await page.keyboard.press('Delete');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBeGreaterThan(20);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => ink(await pixels(page, 'model-input'))).toBe(0);
});

test('a slider moves z and the decoder follows; z = μ puts it back', async ({ page }) => {
  await open(page);
  const before = await pixels(page, 'reconstruction');
  const slider = page.getByTestId('latent-sliders').locator('input').first();
  await slider.focus();
  await page.keyboard.press('End');
  await expect.poll(async () => Number(await slider.getAttribute('data-value'))).toBe(4);
  await expect.poll(() => pixels(page, 'reconstruction')).not.toEqual(before);
  await page.getByRole('button', { name: 'z = μ', exact: true }).click();
  await expect.poll(() => pixels(page, 'reconstruction')).toEqual(before);
});

test('resample imagines other digits', async ({ page }) => {
  await open(page);
  const before = await pixels(page, 'sample-sheet');
  await page.getByTestId('resample').click();
  await expect.poll(() => pixels(page, 'sample-sheet')).not.toEqual(before);
});
