// The page's policy and what it keeps out: code from outside, requests to other hosts, markup in names, addresses gone wrong.

import { expect, test } from './fixtures.mjs';
import { SEVEN, ink, open, pixels, stroke, value } from './helpers.mjs';
import { carefulHeaders, serveSite } from './site-server.mjs';
import { SITE } from './site.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/** All that the page may load and run. Nothing inline, nothing from another host. */
const POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
  'connect-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'font-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** Runs in the page: notes whatever its policy refuses. */
function watchViolations() {
  const refused = /** @type {string[]} */ ([]);
  Object.assign(globalThis, { refused });
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) => {
    refused.push(`${effectiveDirective}: ${blockedURI} in ${sourceFile}`);
  });
}

/** @param {Page} page @returns {Promise<string[]>} */
const refused = (page) => page.evaluate(() => /** @type {{ refused: string[] }} */ (/** @type {unknown} */ (globalThis)).refused);

/** Every host that something was asked of. @param {Page} page */
function hosts(page) {
  /** @type {Set<string>} */
  const found = new Set();
  page.context().on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'blob:' && protocol !== 'data:') found.add(origin);
  });
  return found;
}

test('the policy is strict, and the page keeps to it with every lab open, a drawing, a training and a download', async ({ page, site }) => {
  const asked = hosts(page);
  await page.addInitScript(watchViolations);
  await open(page);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(Object.fromEntries((policy ?? '').split(';').map((directive) => directive.trim().split(/\s+/)).map(([name, ...sources]) => [name, sources]))).toEqual(POLICY);
  await page.getByTestId('clear').click();
  await stroke(page, SEVEN);
  await page.getByTestId('train').click();
  await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByTestId('pause').click();
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await expect(page.locator(`[data-lab]:not([hidden])`)).toHaveCount(1);
    await page.waitForLoadState('networkidle');
  }
  await page.getByRole('tab', { name: 'Learn' }).click();
  // Formulas and charts are set by libraries, which write styles.
  await expect(page.locator('.katex').first()).toBeVisible();
  await page.getByRole('tab', { name: 'Train' }).click();
  await expect(page.locator('.uplot').first()).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByTestId('save').click();
  expect(await (await download).failure()).toBeNull();
  expect(await refused(page)).toEqual([]);
  expect([...asked]).toEqual([new URL(site).origin]);
});

test('with the policy as a header of every file, workers’ among them, the page draws and trains, and nothing is refused', async ({ page }) => {
  await page.addInitScript(watchViolations);
  const server = await serveSite(SITE, '/', {}, await carefulHeaders(SITE));
  try {
    const answer = await page.goto(server.url);
    expect(answer?.headers()).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    await expect(page.getByTestId('ready')).toBeAttached();
    await page.getByTestId('clear').click();
    await stroke(page, SEVEN);
    await expect.poll(async () => ink(await pixels(page, 'reconstruction'))).toBeGreaterThan(10);
    await page.getByTestId('train').click();
    await expect.poll(() => value(page, 'step-count'), { timeout: 60_000 }).toBeGreaterThan(3);
    expect(await refused(page)).toEqual([]);
  } finally {
    // What is still being fetched would fail with the server.
    await page.goto('about:blank');
    await server.close();
  }
});

test('what the policy forbids is refused: inline code, evaluated text, another host, an inline style', async ({ page, problems }) => {
  problems.expect(/Content Security Policy|request failed: https:\/\/example\.org\/\S+ csp/);
  /** @type {string[]} */
  const answered = [];
  page.on('response', (response) => answered.push(response.url()));
  await page.addInitScript(watchViolations);
  await open(page);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.ranInline = true';
    const image = document.createElement('img');
    image.src = 'https://example.org/pixel.png';
    image.setAttribute('onerror', 'globalThis.ranHandler = true');
    const box = document.createElement('div');
    box.setAttribute('style', 'position: fixed');
    document.body.append(script, image, box);
    const tried = (/** @type {() => unknown} */ attempt) => Promise.resolve().then(attempt).then(() => 'done', () => 'refused');
    // What a debugger evaluates may evaluate more, which this test must not.
    await new Promise((resolve) => setTimeout(resolve));
    return {
      inline: 'ranInline' in globalThis,
      evaluated: await tried(() => new Function('return 1')()),
      fetched: await tried(() => fetch('https://example.org/')),
      imported: await tried(() => import(/** @type {string} */ ('https://example.org/a.js'))),
      styled: getComputedStyle(box).position,
      handled: 'ranHandler' in globalThis,
    };
  });
  expect(ran).toEqual({ inline: false, evaluated: 'refused', fetched: 'refused', imported: 'refused', styled: 'static', handled: false });
  expect((await refused(page)).length).toBeGreaterThanOrEqual(5);
  expect(answered.filter((url) => url.includes('example.org'))).toEqual([]);
});

/** Markup that runs where names become HTML. */
const MARKUP = '<img src=x onerror="globalThis.pwned=1"><svg onload="globalThis.pwned=1"></svg><iframe srcdoc="<script>parent.pwned=1</script>"></iframe>';

/** A safetensors file. @param {Record<string, unknown>} header @param {number} bytes */
function safetensors(header, bytes) {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(bytes)]);
}

test('names and texts of files are shown as they are, never as markup', async ({ page }) => {
  await open(page);
  const tensor = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  const layer = { type: 'linear', units: 4, activation: MARKUP };
  const spec = JSON.stringify({ input: { channels: 1, height: 28, width: 28 }, encoder: [layer], latent: 2, decoder: [layer], likelihood: { type: 'bernoulli' } });
  const hostile = {
    'a tensor’s name': safetensors({ [MARKUP]: tensor }, 4),
    'a type': safetensors({ 'fc1.weight': { ...tensor, dtype: MARKUP } }, 4),
    'the spec': safetensors({ __metadata__: { spec }, 'fc1.weight': tensor }, 4),
    'the spec as a whole': safetensors({ __metadata__: { spec: MARKUP, format: MARKUP }, 'fc1.weight': tensor }, 4),
  };
  const before = await page.evaluate(() => document.querySelectorAll('img, iframe, script').length);
  for (const [where, buffer] of Object.entries(hostile)) {
    await page.getByTestId('load').setInputFiles({ name: `${MARKUP.replaceAll('/', '')}.safetensors`, mimeType: MARKUP, buffer });
    await expect(page.getByTestId('error'), where).toHaveAttribute('data-code', /^invalid-/);
    await page.getByTestId('error').locator('summary').click();
    expect(await page.evaluate(() => document.querySelectorAll('img, iframe, script').length), where).toBe(before);
    await page.getByTestId('error').getByRole('button').click();
  }
  for (const [name, type] of [[`${MARKUP}.txt`, 'text/plain'], [`${MARKUP}.png`, 'image/png']]) {
    await page.evaluate(([named, typed]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.pwned=1"/>'], named, { type: typed }));
      document.querySelector('main')?.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, [name, type]);
    await expect(page.locator('.messages .message:visible').first()).toBeVisible();
  }
  expect(await page.evaluate(() => [document.querySelectorAll('img, iframe, script').length, 'pwned' in globalThis])).toEqual([before, false]);
});

test('hostile addresses open a page that works', async ({ page }) => {
  test.slow();
  const spec = (/** @type {unknown} */ described) => Buffer.from(JSON.stringify(described)).toString('base64url');
  const input = { channels: 1, height: 28, width: 28 };
  const likelihood = { type: 'bernoulli' };
  const addresses = [
    `?lang=${encodeURIComponent(MARKUP)}&theme=__proto__&hide=${encodeURIComponent(MARKUP)},__proto__&backend=x#preset=${encodeURIComponent(MARKUP)}`,
    `#ink=${'A'.repeat(60_000)}&z=${'1e9,'.repeat(300)}&batch=1e99&lr=Infinity&seed=-1&class=11&digit=1e9`,
    `#ink=${'_'.repeat(3_000)}&digit=9999&plane=256,255&tab=__proto__&epochs=1e6&k=0`,
    `#spec=${spec({ input, encoder: [{ type: 'linear', units: 2 ** 40, activation: 'relu' }], latent: 2, decoder: [], likelihood })}`,
    `#spec=${spec({ input: { channels: 9e8, height: 9e8, width: 9e8 }, encoder: [], latent: 9e8, decoder: [], likelihood })}`,
    `#spec=${spec({ input, encoder: [{ type: MARKUP }], latent: 2, decoder: [{ type: '__proto__' }], likelihood: { type: MARKUP } })}`,
    `#%00&%F0%9F&=&=&&preset=constructor&preset=dense-2&spec=${'9'.repeat(8_001)}&z=,,,`,
  ];
  for (const address of addresses) {
    await page.goto('about:blank');
    await open(page, address);
    await page.getByTestId('clear').click();
    await stroke(page, SEVEN);
    await expect.poll(async () => ink(await pixels(page, 'reconstruction')), address.slice(0, 80)).toBeGreaterThan(10);
    expect(await page.evaluate(() => [document.querySelectorAll('img, iframe').length, 'pwned' in globalThis, 'polluted' in {}])).toEqual([0, false, false]);
  }
});
