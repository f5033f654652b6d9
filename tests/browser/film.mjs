// Takes the film of README.md anew: a map that forms while dense-2 learns. node tests/browser/film.mjs [SITE]

import { readFile, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { executablePath, withoutWebGpu } from './chromium.mjs';
import { serveSite } from './site-server.mjs';

const SITE = process.argv[2] ?? fileURLToPath(new URL('../../dist', import.meta.url));
const FILE = fileURLToPath(new URL('../../www/screenshots/learning.gif', import.meta.url));
const GIFENC = fileURLToPath(new URL('../../node_modules/gifenc/dist/gifenc.esm.js', import.meta.url));

/** How long is filmed, how often, and how fast that is shown. */
const FILMED_MS = 24_000;
const EVERY_MS = 400;
const FRAME_MS = 120;
/** The last frame stays. */
const REST_MS = 2500;
const WIDTH = 800;

/**
 * Runs in a page of its own: PNGs to one GIF, all frames in the colours of the last.
 * @param {{ frames: string[], width: number, delay: number, rest: number, gifenc: string }} film
 * @returns {Promise<string>} base64
 */
async function encode({ frames, width, delay, rest, gifenc }) {
  const { GIFEncoder, applyPalette, quantize } = await import(URL.createObjectURL(new Blob([gifenc], { type: 'text/javascript' })));
  /** @param {string} png */
  const pixels = async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const height = Math.round((width * bitmap.height) / bitmap.width);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext('2d'));
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  };
  const palette = quantize((await pixels(/** @type {string} */ (frames.at(-1)))).data, 128);
  const gif = GIFEncoder();
  for (const [i, png] of frames.entries()) {
    const { data, width: w, height: h } = await pixels(png);
    gif.writeFrame(applyPalette(data, palette), w, h, { palette: i === 0 ? palette : undefined, delay: i === frames.length - 1 ? rest : delay });
  }
  gif.finish();
  return btoa(Array.from(/** @type {Uint8Array} */ (gif.bytes()), (byte) => String.fromCharCode(byte)).join(''));
}

const server = await serveSite(SITE, '/');
const browser = await chromium.launch({ executablePath, args: withoutWebGpu });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${server.url}?lang=en&theme=light#preset=dense-2`);
  await page.getByTestId('ready').waitFor({ state: 'attached' });
  await page.getByTestId('reset').click();
  await page.getByTestId('train').click();
  const flow = await page.locator('.flow').boundingBox();
  if (!flow) throw new Error('the page has no flow');
  const clip = { x: 0, y: flow.y - 8, width: 1280, height: flow.height + 16 };
  /** @type {string[]} */
  const frames = [];
  for (const end = performance.now() + FILMED_MS; performance.now() < end;) {
    const next = performance.now() + EVERY_MS;
    frames.push((await page.screenshot({ clip })).toString('base64'));
    await page.waitForTimeout(Math.max(0, next - performance.now()));
  }
  const studio = await browser.newPage();
  const film = { frames, width: WIDTH, delay: FRAME_MS, rest: REST_MS, gifenc: await readFile(GIFENC, 'utf8') };
  await writeFile(FILE, Buffer.from(await studio.evaluate(encode, film), 'base64'));
  console.log(`${frames.length} frames, ${((await stat(FILE)).size / 1e6).toFixed(2)} MB`);
} finally {
  await browser.close();
  await server.close();
}
