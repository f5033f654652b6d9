// A page of somebody else's that holds the element, made up for a test and served beside the site.

import { expect } from './fixtures.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @param {string} site
 * @param {string} body markup
 * @param {object} [how]
 * @param {string} [how.head] markup
 * @param {Record<string, string>} [how.headers] of the page
 * @param {string} [how.name] of its file; several may be served
 * @returns {Promise<string>} its address
 */
export async function serve(page, site, body, { head = '', headers = {}, name = 'host.html' } = {}) {
  const url = `${site}${name}`;
  await page.route(url, (route) => route.fulfill({
    contentType: 'text/html; charset=utf-8', headers,
    body: `<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="icon.svg" />${head}`
      + `<script type="module" src="js/element/index.js"></script></head><body>${body}</body></html>`,
  }));
  return url;
}

/**
 * Opens a page with the element and waits until each that was asked for is ready.
 * @param {Page} page
 * @param {string} site
 * @param {string} body
 * @param {Parameters<typeof serve>[3]} [how]
 */
export async function embed(page, site, body, how) {
  await page.goto(await serve(page, site, body, how));
  await ready(page);
}

/** @param {import('@playwright/test').Page | import('@playwright/test').Frame} where @param {string} [which] */
export async function ready(where, which = 'vae-playground') {
  const waiting = () => where.evaluate((selector) => [...document.querySelectorAll(selector)].filter((one) => !(/** @type {{ ready?: boolean }} */ (/** @type {unknown} */ (one)).ready)).length, which);
  await expect.poll(waiting, { timeout: 60_000 }).toBe(0);
}

/**
 * Notes every event of the page's elements in `globalThis.told`, from before they are defined.
 */
export function noteEvents() {
  /** @type {{ name: string, detail: any, id: string }[]} */
  const told = [];
  Object.assign(globalThis, { told });
  for (const name of ['ready', 'train', 'change', 'error']) {
    addEventListener(name, (event) => {
      const { target } = event;
      if (!(target instanceof Element) || target.localName !== 'vae-playground') return;
      told.push({ name, detail: /** @type {CustomEvent} */ (event).detail, id: target.id });
    }, { capture: true });
  }
}

/** @param {Page} page @returns {Promise<{ name: string, detail: any, id: string }[]>} */
export function toldTo(page) {
  return page.evaluate(() => /** @type {any} */ (globalThis).told.map((/** @type {any} */ one) => ({ ...one, detail: JSON.parse(JSON.stringify(one.detail)) })));
}

/**
 * The engine's workers that a page has now.
 * @param {Page} page
 */
export function engines(page) {
  return page.workers().filter((worker) => worker.url().includes('worker.js'));
}
