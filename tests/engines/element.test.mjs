// The element in three browsers' engines: each of its views comes up, draws, trains and goes, and stays within its box.
// SITE names another folder than dist/.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serveSite } from '../browser/site-server.mjs';
import { BROWSERS } from './browsers.mjs';
import { Page, WATCHED, watched } from './page.mjs';

const SITE = process.env.SITE ?? fileURLToPath(new URL('../../dist', import.meta.url));
const VIEWS = /** @type {const} */ (['draw', 'map', 'train', 'full']);
const WIDTHS = [300, 480, 900];

/** @typedef {import('../../www/js/element/index.js').VaePlayground} VaePlayground */

const HOST = `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>A page</title><link rel="icon" href="icon.svg" />
<script type="module" src="js/element/index.js"></script></head><body>${VIEWS.map((view) => `<vae-playground view="${view}"></vae-playground>`).join('')}</body></html>`;

/** @type {{ url: string, close: () => Promise<void> }} */
let site;
before(async () => {
  site = await serveSite(SITE, '/a/sub/path/', watched(HOST));
});
after(() => site?.close());

for (const [name, open] of Object.entries(BROWSERS)) {
  test(`the element in ${name}`, async () => {
    const browser = await open();
    const page = new Page(browser);
    try {
      await browser.goto(site.url + WATCHED);
      for (let i = 0; i < VIEWS.length; i++) {
        await page.run((n) => document.querySelectorAll('vae-playground')[n].scrollIntoView(), i);
        await page.until(`${VIEWS[i]} is ready`, (n) => /** @type {VaePlayground} */ (document.querySelectorAll('vae-playground')[n]).ready, i);
      }
      for (const width of WIDTHS) {
        const outside = await page.run((w) => [...document.querySelectorAll('vae-playground')].flatMap((one) => {
          const element = /** @type {VaePlayground} */ (one);
          element.style.width = `${w}px`;
          const box = element.getBoundingClientRect();
          // Tabs scroll; a title that is too long ends in an ellipsis.
          const all = [...(element.shadowRoot?.querySelectorAll('.body *') ?? [])];
          return all.filter((inner) => {
            const { left, right, width: wide } = inner.getBoundingClientRect();
            return wide > 0 && !inner.closest('.unseen, .tabs, svg, h3') && (left < box.left - 1 || right > box.right + 1);
          }).map((inner) => `${element.view}: ${inner.localName}.${inner.getAttribute('class')}`);
        }), width);
        assert.deepEqual(outside, [], `${width} px`);
      }
      const looked = await page.run(async () => {
        const element = /** @type {VaePlayground} */ (document.querySelector('vae-playground'));
        const change = new Promise((resolve) => element.addEventListener('change', (event) => resolve(/** @type {CustomEvent} */ (event).detail)));
        await element.draw([[0.3, 0.25, 0.68, 0.23, 0.5, 0.62, 0.45, 0.8]]);
        const { mu, reconstruction } = /** @type {{ mu: Float32Array, reconstruction: Float32Array }} */ (await change);
        return { mu: [...mu], ink: reconstruction.reduce((sum, value) => sum + value, 0) };
      }, null);
      assert.ok(looked.mu.length === 2 && looked.mu.every(Number.isFinite), looked.mu.join());
      assert.ok(looked.ink > 20, `the reconstruction has ${looked.ink} of ink`);
      await page.run(() => {
        const element = /** @type {VaePlayground} */ (document.querySelector('[view=train]'));
        element.addEventListener('train', (event) => Object.assign(globalThis, { told: /** @type {CustomEvent} */ (event).detail }));
        void element.train();
      }, null);
      await page.until('some steps are done', () => /** @type {any} */ (globalThis).told?.step >= 5, null);
      await page.run(() => /** @type {VaePlayground} */ (document.querySelector('[view=train]')).pause(), null);
      await page.until('the curves are drawn', () => document.querySelector('[view=train]')?.shadowRoot?.querySelector('.uplot canvas') != null, null);
      await page.run(() => document.body.replaceChildren(), null);
      assert.deepEqual(await page.wrong(), []);
    } finally {
      await browser.close();
    }
  });
}
