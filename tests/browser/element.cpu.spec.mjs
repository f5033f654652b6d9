// The element in other people's pages: its views and sizes, what it says and does, what it leaves alone.

import AxeBuilder from '@axe-core/playwright';
import { embed, noteEvents, ready, serve, toldTo } from './element-page.mjs';
import { expect, test } from './fixtures.mjs';
import { ink, pixels, value } from './helpers.mjs';

/** @typedef {import('../../www/js/element/index.js').VaePlayground} VaePlayground */

const VIEWS = /** @type {const} */ ([
  ['draw', ['sketchpad', 'model-input', 'reconstruction', 'digit-elbo']],
  ['map', ['sketchpad', 'reconstruction', 'latent-map', 'latent-sliders']],
  ['train', ['sketchpad', 'latent-map', 'train', 'preset', 'loss-chart', 'sample-sheet']],
  ['full', ['sketchpad', 'mu', 'latent-map', 'train', 'loss-chart']],
]);

for (const [view, parts] of VIEWS) {
  test(`view="${view}" shows its parts at any width, none beside its box, and axe finds nothing`, async ({ page, site }) => {
    await page.setViewportSize({ width: 1000, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await embed(page, site, `<main><h1>A page</h1><vae-playground view="${view}"></vae-playground></main>`);
    expect(ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(30);
    for (const [width, lang, theme] of /** @type {const} */ ([[280, 'en', 'light'], [480, 'zh', 'dark'], [900, 'en', 'dark']])) {
      await page.evaluate(([w, l, t]) => {
        const element = /** @type {VaePlayground} */ (document.querySelector('vae-playground'));
        element.style.width = `${w}px`;
        element.lang = l;
        element.theme = t;
      }, /** @type {const} */ ([width, lang, theme]));
      for (const part of parts) await expect(page.getByTestId(part)).toBeVisible();
      // Those for screen readers and what lies under an ellipsis is cut by intention.
      const outside = await page.evaluate(() => {
        const element = /** @type {VaePlayground} */ (document.querySelector('vae-playground'));
        const box = element.getBoundingClientRect();
        const all = [...(element.shadowRoot?.querySelectorAll('.body *') ?? [])];
        return all.filter((one) => {
          const { left, right, width: wide } = one.getBoundingClientRect();
          return wide > 0 && !one.closest('.unseen, .tabs, svg, h3') && (left < box.left - 0.5 || right > box.right + 0.5);
        }).map((one) => `${one.localName}.${one.getAttribute('class')}`);
      });
      expect(outside, `${width} px`).toEqual([]);
      const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode().analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`).join('; ')}`), `${width} px`).toEqual([]);
    }
  });
}

test('language, colours, view and model follow their attributes at once, and properties are reflected', async ({ page, site }) => {
  await page.addInitScript(noteEvents);
  await embed(page, site, '<vae-playground lang="en" theme="light"></vae-playground>');
  const element = page.locator('vae-playground');
  await expect(element).toContainText('Draw a digit');
  const paper = () => element.evaluate((one) => getComputedStyle(/** @type {Element} */ (one.shadowRoot?.firstElementChild)).backgroundColor);
  const light = await paper();
  await element.evaluate((one) => void (/** @type {VaePlayground} */ (one).theme = 'dark'));
  await expect(element).toHaveAttribute('theme', 'dark');
  expect(await paper()).not.toBe(light);
  await element.evaluate((one) => one.setAttribute('lang', 'zh-CN'));
  await expect(element).toContainText('写一个数字');
  await page.getByTestId('clear').click();
  await element.evaluate((one) => void (/** @type {VaePlayground} */ (one).view = 'map'));
  await expect(page.getByTestId('latent-map')).toBeVisible();
  await expect(page.getByTestId('undo'), 'the drawing’s past is still there').toBeEnabled();
  await element.evaluate((one) => one.setAttribute('view', 'draw'));
  await expect(page.getByTestId('latent-map')).toHaveCount(0);
  await page.getByTestId('undo').click();
  await expect.poll(() => value(page, 'digit-elbo')).toBeLessThan(0);
  const before = await value(page, 'digit-elbo');
  await element.evaluate((one) => void (/** @type {VaePlayground} */ (one).model = 'dense-20'));
  await expect.poll(() => value(page, 'digit-elbo')).toBeGreaterThan(before);
  expect(await element.evaluate((one) => ['model', 'backend', 'view', 'theme'].map((name) => Reflect.get(one, name)))).toEqual(['dense-20', 'auto', 'draw', 'dark']);
  expect((await toldTo(page)).filter(({ name }) => name === 'error')).toEqual([]);
  expect(new URL(page.url()).search + new URL(page.url()).hash, 'the address is the page’s').toBe('');
});

test('the page’s styles do not come in, the element’s do not go out; variables and parts do', async ({ page, site }) => {
  const hostile = `<style>
    * { color: lime !important; font: italic 33px/3 serif !important; letter-spacing: 9px !important; text-transform: uppercase !important; --ink: red; --rem: 99px; }
    div, section, button, canvas, p { border: 7px solid red !important; padding: 40px !important; display: inline !important; }
    h2, .node, .pad, .quiet { display: none !important; }
    html { font-size: 5px; }
  </style>`;
  const plain = '<p class="quiet node">Words of the page</p><vae-playground></vae-playground>';
  const look = () => page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector('vae-playground')?.shadowRoot);
    return ['h2', '.pad', '.tool', '.quality dd', '.caption'].map((selector) => {
      const one = /** @type {HTMLElement} */ (root.querySelector(selector));
      const { color, font, letterSpacing, textTransform, display, padding, border } = getComputedStyle(one);
      const { width, height } = one.getBoundingClientRect();
      return { selector, color, font, letterSpacing, textTransform, display, padding, border, width, height };
    });
  });
  const sized = '<style>vae-playground { width: 700px !important; }</style>';
  await embed(page, site, plain, { head: sized });
  const own = await look();
  const words = await page.locator('body > p').evaluate((one) => JSON.stringify({ ...getComputedStyle(one) }));
  await page.evaluate(() => document.querySelector('vae-playground')?.remove());
  expect(await page.locator('body > p').evaluate((one) => JSON.stringify({ ...getComputedStyle(one) }))).toBe(words);
  await embed(page, site, plain, { head: hostile + sized, name: 'hostile.html' });
  expect(await look()).toEqual(own);
  await embed(page, site, plain, { name: 'dressed.html', head: `<style>
    vae-playground { width: 700px; --vae-paper: rgb(1, 2, 3); --vae-font-size: 20px; --vae-sans: monospace; --vae-radius: 0; }
    vae-playground::part(pad) { outline: 3px solid rgb(4, 5, 6); }
    vae-playground::part(button) { background: rgb(7, 8, 9); }
  </style>` });
  const dressed = await page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector('vae-playground')?.shadowRoot);
    const style = (/** @type {string} */ selector) => getComputedStyle(/** @type {Element} */ (root.querySelector(selector)));
    return [style('.root').backgroundColor, style('.root').borderRadius, style('.body').fontFamily, style('.body').fontSize, style('.pad').outlineColor, style('.tool').backgroundColor];
  });
  expect(dressed).toEqual(['rgb(1, 2, 3)', '0px', 'monospace', '17.5px', 'rgb(4, 5, 6)', 'rgb(7, 8, 9)']);
});

test('the whole of it has its labs and its windows, dressed as on the page, and no guide', async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await embed(page, site, '<vae-playground view="full"></vae-playground>');
  expect(await page.getByRole('tab').evaluateAll((all) => all.map(({ id }) => id))).toEqual(['tab-train', 'tab-compare', 'tab-generate', 'tab-repair', 'tab-anomaly', 'tab-compress']);
  for (const tab of ['generate', 'repair', 'anomaly', 'compress', 'compare']) {
    await page.locator(`#tab-${tab}`).click();
    const panel = page.locator(`#lab-${tab}`);
    await expect(panel.locator('.panel').first()).toBeVisible();
    expect(await panel.locator('.panel').first().evaluate((one) => getComputedStyle(one).borderRadius)).toBe('10px');
  }
  expect(await page.evaluate(() => document.head.querySelectorAll('link[rel=stylesheet]').length), 'none of it is the page’s').toBe(0);
  await page.locator('#tab-train').click();
  await expect(page.getByTestId('slow-motion')).toBeHidden();
  await page.getByTestId('open-layers').click();
  const window = page.getByTestId('layer-editor');
  await expect(window).toBeVisible();
  await expect(window.getByTestId('draft-parameters')).not.toBeEmpty();
  await page.keyboard.press('Escape');
  await expect(window).toBeHidden();
  await page.getByTestId('open-compare').click();
  await expect(page.locator('#tab-compare')).toBeFocused();
  await page.getByTestId('pick').click();
  await expect(page.getByTestId('picker')).toBeVisible();
  await page.getByTestId('picker').locator('.picker-digit').nth(30).click();
  await expect(page.getByTestId('picker')).toBeHidden();
  await expect(page.getByTestId('undo')).toBeEnabled();
});

test('under a strict Content-Security-Policy, in an iframe of another page, it works', async ({ page, site }) => {
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self'";
  const inner = await serve(page, site, '<vae-playground view="train"></vae-playground>', { name: 'inner.html', headers: { 'Content-Security-Policy': policy } });
  await page.goto(await serve(page, site, `<iframe src="${inner}" width="800" height="600" title="Playground"></iframe>`));
  const frame = page.frames().find((one) => one.url() === inner);
  if (!frame) throw new Error('there is no frame');
  await ready(frame);
  expect(await frame.evaluate(() => crossOriginIsolated)).toBe(false);
  const inside = page.frameLocator('iframe');
  await inside.getByTestId('train').click();
  await expect.poll(async () => Number(await inside.getByTestId('step-count').getAttribute('data-value')), { timeout: 60_000 }).toBeGreaterThan(2);
  await expect(inside.locator('.uplot canvas')).toBeVisible();
  await inside.getByTestId('pause').click();
  await expect(inside.getByTestId('pause')).toBeDisabled();
});

test('drawing, moving z and their events by the keyboard alone', async ({ page, site }) => {
  await page.addInitScript(noteEvents);
  await embed(page, site, '<button>Before</button><vae-playground view="map"></vae-playground><button>After</button>');
  await page.getByText('Before').focus();
  const on = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('data-testid') ?? document.activeElement?.textContent);
  await page.keyboard.press('Tab');
  expect(await on()).toBe('sketchpad');
  const count = async () => (await toldTo(page)).filter(({ name }) => name === 'change').length;
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await toldTo(page)).findLast(({ name }) => name === 'change')?.detail.input).toBeNull();
  let before = await count();
  await page.keyboard.press('Space');
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect.poll(count).toBeGreaterThan(before);
  await expect.poll(() => value(page, 'digit-elbo')).toBeLessThan(0);
  while ((await on()) !== 'latent-map') await page.keyboard.press('Tab');
  const z = async () => Object.values((await toldTo(page)).findLast(({ name }) => name === 'change')?.detail.z ?? {});
  const [x] = await z();
  before = await count();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await z())[0]).toBeGreaterThan(x);
  const reached = [];
  for (let i = 0; i < 40 && (await on()) !== 'After'; i++) {
    await page.keyboard.press('Tab');
    reached.push(await on());
  }
  expect(reached, 'the keyboard comes out again').toContain('After');
});

test('its methods do what its buttons do, and wait until they have', async ({ page, site }) => {
  await embed(page, site, '<vae-playground></vae-playground>');
  const element = page.locator('vae-playground');
  const call = (/** @type {(one: VaePlayground) => Promise<unknown>} */ act) => element.evaluate(/** @type {(one: any) => Promise<unknown>} */ (act));
  await call((one) => one.clear());
  await expect(page.getByTestId('digit-elbo')).not.toHaveAttribute('data-value');
  await call((one) => one.draw([[0.5, 0.2, 0.5, 0.8], { points: [0.3, 0.2, 0.7, 0.2], width: 0.1 }]));
  expect(ink(await pixels(page, 'model-input'))).toBeGreaterThan(20);
  expect(await call((one) => one.draw(/** @type {any} */ ([[1]])).catch((/** @type {any} */ error) => error.code))).toBe('invalid-argument');
  const vae = await call(async (one) => {
    const { spec, backend } = await one.vae;
    return [spec.latent, backend.kind];
  });
  expect(vae).toEqual([2, 'cpu']);
  const before = await pixels(page, 'reconstruction');
  const bytes = await call(async (one) => (await one.save())?.size);
  expect(bytes).toBeGreaterThan(100_000);
  await call(async (one) => {
    const weights = await one.save();
    await one.reset();
    Object.assign(globalThis, { weights });
  });
  await expect.poll(() => pixels(page, 'reconstruction')).not.toEqual(before);
  await call((one) => one.load(/** @type {any} */ (globalThis).weights));
  await expect.poll(() => pixels(page, 'reconstruction')).toEqual(before);
  await call(async (one) => {
    await (await one.vae).reset(5);
    await one.refresh();
  });
  await expect.poll(() => pixels(page, 'reconstruction')).not.toEqual(before);
});

test('a model that cannot be had is told in words and as an event, and another can be chosen', async ({ page, site, problems }) => {
  await page.addInitScript(noteEvents);
  problems.expect(/404/);
  await page.goto(await serve(page, site, '<vae-playground id="a" model="no-such-model"></vae-playground><vae-playground id="b" model="./missing.safetensors"></vae-playground>'));
  for (const id of ['a', 'b']) {
    await expect(page.locator(`#${id}`).getByTestId('error')).toContainText('The model that was asked for could not be opened.');
    await expect(page.locator(`#${id}`).getByText('Starting the engine')).toHaveCount(0);
  }
  const errors = (await toldTo(page)).filter(({ name }) => name === 'error');
  expect(Object.fromEntries(errors.map(({ id, detail }) => [id, detail.code]))).toEqual({ a: 'invalid-argument', b: 'network' });
  expect(errors[0].detail.message).not.toBe('');
  const refused = await page.locator('#a').evaluate((one) => /** @type {VaePlayground} */ (one).train().catch((error) => error.code));
  expect(refused).toBe('invalid-argument');
  await page.locator('#a').evaluate((one) => void (/** @type {VaePlayground} */ (one).model = 'mini-2'));
  await ready(page, '#a');
  await expect(page.locator('#a').getByTestId('error')).toHaveCount(0);
});

test('where its files cannot be fetched it says so, and is there at the second try', async ({ page, site, problems }) => {
  await page.addInitScript(noteEvents);
  problems.expect(/503|Failed to load resource/);
  const modules = /js\/element\/playground\.js|js\/page\//;
  await page.route(modules, (route) => route.fulfill({ status: 503 }));
  await page.goto(await serve(page, site, '<vae-playground lang="zh"></vae-playground>'));
  await expect(page.locator('vae-playground')).toContainText('无法加载');
  expect((await toldTo(page)).map(({ name, detail }) => [name, detail.code])).toEqual([['error', 'network']]);
  await page.unroute(modules);
  await page.getByRole('button').click();
  await ready(page);
  await expect(page.locator('vae-playground')).toContainText('写一个数字');
});

test('a spec is a model too, and properties may be set before the element is defined', async ({ page, site }) => {
  await page.goto(await serve(page, site, `<vae-playground></vae-playground>`, { name: 'bare.html' }));
  await page.evaluate(() => {
    const element = /** @type {VaePlayground} */ (document.createElement('vae-playground'));
    element.id = 'own';
    element.model = {
      input: { channels: 1, height: 28, width: 28 }, encoder: [{ type: 'linear', units: 16, activation: 'relu' }], latent: 3,
      decoder: [{ type: 'linear', units: 16, activation: 'relu' }], likelihood: { type: 'bernoulli' }, classes: 0,
    };
    document.body.prepend(element);
  });
  await ready(page, '#own');
  expect(await page.locator('#own').evaluate(async (one) => (await /** @type {VaePlayground} */ (one).vae).spec.latent)).toBe(3);
  await expect(page.locator('#own')).not.toHaveAttribute('model');
});
