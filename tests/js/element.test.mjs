// The parts of the element that need no browser: attributes, templates, style sheets, who shares a worker.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { translate } from '../../www/js/dom.js';
import { languageOf } from '../../www/js/i18n/languages.js';
import { BACKENDS, THEMES, VIEW_NAMES, isAddress, oneOf, strokesOf } from '../../www/js/element/attributes.js';
import { VaePlayground } from '../../www/js/element/index.js';
import { borrow } from '../../www/js/element/lease.js';
import { TEMPLATE, only } from '../../www/js/element/template.js';
import { scopeStyles } from '../../www/js/scope-styles.js';
import { createStore } from '../../www/js/store.js';

const www = new URL('../../www/', import.meta.url);

test('imported where there are no elements, it defines nothing and touches nothing', () => {
  assert.equal(typeof globalThis.HTMLElement, 'undefined');
  assert.equal(typeof globalThis.customElements, 'undefined');
  assert.equal(VaePlayground.observedAttributes.length, 6);
});

test('an attribute that is none of its values stands for the default', () => {
  assert.equal(oneOf(VIEW_NAMES, 'map'), 'map');
  assert.equal(oneOf(VIEW_NAMES, ' MAP '), 'map');
  assert.equal(oneOf(VIEW_NAMES, 'everything'), 'draw');
  assert.equal(oneOf(BACKENDS, null), 'auto');
  assert.equal(oneOf(THEMES, ''), 'auto');
  assert.deepEqual(['zh', 'zh-CN', 'ZH-Hant', 'zhang', 'en-GB', 'fr', null].map(languageOf), ['zh', 'zh', 'zh', 'en', 'en', 'en', 'en']);
  assert.deepEqual(['mini-2', './mine.safetensors', 'https://example.org/a'].map(isAddress), [false, true, true]);
});

test('strokes are taken as lists and as objects; what is no drawing is not', () => {
  assert.deepEqual(strokesOf([[0, 0, 1, 1], { points: [0.5, 0.5], width: 0.1 }]), [{ points: [0, 0, 1, 1] }, { points: [0.5, 0.5], width: 0.1 }]);
  assert.deepEqual(strokesOf([Float32Array.of(0, 1)]), [{ points: [0, 1] }]);
  assert.deepEqual(strokesOf([]), []);
  for (const wrong of [null, 'seven', [null], [[1]], [[0, NaN]], [[0, 'a']], [{ points: 'ab' }], [{ points: [0, 0], width: 2 }], [[]]]) {
    assert.equal(strokesOf(wrong), null, JSON.stringify(wrong));
  }
});

/** @param {import('../../www/js/element/template.js').Branch | string} branch @returns {string} */
function html(branch) {
  if (typeof branch === 'string') return branch;
  const [tag, attributes, ...inside] = branch;
  const key = /** @type {import('../../www/js/dom.js').TextKey | undefined} */ (attributes['data-text']);
  const said = Object.entries(attributes).sort().map(([name, value]) => ` ${name}="${value}"`).join('');
  return `<${tag}${said}>${key ? translate('en', key) : inside.map(html).join('')}</${tag}>`;
}

/** Attributes in one order, no space between tags but where words are. @param {string} text */
function plain(text) {
  return text
    .replace(/>\s*\n\s*/g, '>').replace(/\s*\n\s*</g, '<')
    .replace(/<(\w+)((?: [\w-]+="[^"]*")+)>/g, (_, tag, said) => `<${tag} ${said.trim().match(/[\w-]+="[^"]*"/g).sort().join(' ')}>`);
}

test('the element has the places of the page, with the page’s own words', async () => {
  const page = await readFile(new URL('index.html', www), 'utf8');
  const [, main] = /** @type {RegExpMatchArray} */ (page.match(/<main>([\s\S]*)<\/main>/));
  assert.equal(TEMPLATE.map(html).join(''), plain(main).trim());
});

test('a view has the branches that hold its views, titles included, and no other', () => {
  const some = only(TEMPLATE, new Set(['sketchpad', 'model-input'])).map(html).join('');
  assert.match(some, /Draw a digit/);
  assert.match(some, /what the model sees/);
  assert.doesNotMatch(some, /data-view="(pen|examples|map|reconstruction|tabs)"|Latent space/);
  assert.deepEqual(only(TEMPLATE, new Set()), []);
});

test('no style sheet of the page asks the surrounding document for anything once it is scoped', async () => {
  for (const name of (await readdir(new URL('css/', www))).filter((one) => one.endsWith('.css'))) {
    const text = scopeStyles(await readFile(new URL(`css/${name}`, www), 'utf8'));
    assert.doesNotMatch(text, /\drem\b/, `${name}: lengths follow --rem`);
    assert.doesNotMatch(text, /:root|(^|[\s,}])(html|body|main)[\s,:{[.>]/m, `${name}: no frame of the document`);
    assert.doesNotMatch(text, /@media[^{]*width/, `${name}: the element's width, not the window's`);
    assert.equal(text.split('{').length, text.split('}').length, name);
  }
});

test('a scoped sheet says the same in other words, minified or not', () => {
  assert.equal(scopeStyles('html{font-size:clamp(1rem,2vw,.5rem)}'), '.root{font-size:clamp(calc(1 * var(--rem)),2vw,calc(.5 * var(--rem)))}');
  assert.equal(scopeStyles('@media (min-width: 44rem) and (max-width: 69.99rem) { main > a { gap: 1rem -2rem; } }'),
    '@container vae (min-width: 704px) and (max-width: 1119.84px) { .main > a { gap: calc(1 * var(--rem)) calc(-2 * var(--rem)); } }');
  assert.equal(scopeStyles(':root[data-theme="dark"]{--ink:#fff;--x:red}'), '.root[data-theme="dark"]{--ink: var(--vae-ink, #fff);--x: var(--vae-x, red)}');
  assert.equal(scopeStyles('@media (pointer: coarse) { .body-x, .domain { color: var(--x) } }'), '@media (pointer: coarse) { .body-x, .domain { color: var(--x) } }');
  assert.equal(scopeStyles('.a { --x: 1 }'), '.a { --x: 1 }');
  assert.equal(scopeStyles('@media (min-width: 60rem) { a { top: 1rem } }', { over: true }), '@media (min-width: 960px) { a { top: calc(1 * var(--rem)) } }');
});

test('a scope of a store ends its own watches; the store ends those of all', () => {
  const store = createStore();
  const scope = store.scope();
  /** @type {string[]} */
  const told = [];
  store.watch(['lang'], ({ lang }) => void told.push(`store ${lang}`));
  scope.watch(['lang'], ({ lang }) => void told.push(`scope ${lang}`));
  scope.set({ lang: 'zh' });
  assert.equal(store.state.lang, 'zh');
  scope.end();
  assert.ok(scope.signal.aborted && !store.signal.aborted);
  store.set({ lang: 'en' });
  const other = store.scope();
  store.end();
  assert.ok(other.signal.aborted);
  other.set({ lang: 'zh' });
  assert.deepEqual(told, ['store en', 'scope en', 'store zh', 'scope zh', 'store en']);
});

/** A Vae as far as lending goes. */
class FakeVae {
  disposed = false;
  loaded = 0;
  /** @type {unknown[]} */
  images = [];
  listeners = new Set();
  gallery = {
    /** @param {unknown} images */
    remember: async (images) => this.images.push(images) - 1,
    /** @param {number} set */
    encode: async (set) => this.images[set],
    /** @param {number} set */
    forget: async (set) => void (this.images[set] = null),
  };

  /** @param {unknown} options */
  constructor(options) {
    this.options = options;
  }

  dispose() {
    this.disposed = true;
  }

  async load() {
    this.loaded += 1;
  }

  /** @param {unknown} listener */
  onBackendChange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** @returns {{ made: FakeVae[], lend: (options: object) => Promise<import('../../www/js/element/lease.js').Lease> }} */
function library() {
  /** @type {FakeVae[]} */
  const made = [];
  const create = async (/** @type {object} */ options) => {
    const vae = new FakeVae(options);
    made.push(vae);
    return /** @type {import('../../www/js/api/vae.js').Vae} */ (/** @type {unknown} */ (vae));
  };
  return { made, lend: (options) => borrow(options, create) };
}

test('elements of one model and backend share a Vae, which ends with the last of them', async () => {
  const { made, lend } = library();
  const [a, b, other] = await Promise.all([lend({ model: 'one' }), lend({ model: 'one' }), lend({ model: 'two' })]);
  assert.equal(made.length, 2);
  a.dispose();
  a.dispose();
  assert.equal(made[0].disposed, false);
  b.dispose();
  assert.equal(made[0].disposed, true);
  const again = await lend({ model: 'one' });
  assert.equal(made.length, 3);
  again.dispose();
  other.dispose();
  assert.ok(made.every(({ disposed }) => disposed));
});

test('who changes a shared Vae gets one of its own, with what the first had been given', async () => {
  const { made, lend } = library();
  const a = await lend({ model: 'three' });
  const b = await lend({ model: 'three' });
  await b.gallery.remember(Float32Array.of(1));
  const set = await a.gallery.remember(Float32Array.of(2));
  a.onBackendChange(() => {});
  await a.load(new ArrayBuffer(0));
  assert.equal(made.length, 2);
  assert.deepEqual([made[0].loaded, made[1].loaded], [0, 1]);
  assert.deepEqual([made[0].listeners.size, made[1].listeners.size], [0, 1]);
  assert.deepEqual(await a.gallery.encode(set, { count: 1 }), Float32Array.of(2));
  assert.deepEqual(made[0].images, [Float32Array.of(1), null], 'what it had given to the shared one is given back');
  // The one who is left has it alone.
  await b.load(new ArrayBuffer(0));
  assert.equal(made.length, 2);
  const late = await lend({ model: 'three' });
  assert.equal(made.length, 3, 'a changed Vae is lent to nobody');
  for (const lease of [a, b, late]) lease.dispose();
  assert.ok(made.every(({ disposed }) => disposed));
});

test('who leaves while one of its own is on its way leaves nothing behind', async () => {
  const { made, lend } = library();
  const a = await lend({ model: 'four' });
  const b = await lend({ model: 'four' });
  const changing = a.load(new ArrayBuffer(0));
  a.dispose();
  await assert.rejects(changing, { code: 'disposed' });
  b.dispose();
  assert.ok(made.every(({ disposed }) => disposed));
});

test('who leaves a shared Vae takes along what it had given it', async () => {
  const { made, lend } = library();
  const [a, b] = [await lend({ model: 'six' }), await lend({ model: 'six' })];
  await a.gallery.remember(Float32Array.of(1));
  const set = await b.gallery.remember(Float32Array.of(2));
  a.dispose();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(made[0].images, [null, Float32Array.of(2)]);
  assert.deepEqual(await b.gallery.encode(set, { count: 1 }), Float32Array.of(2));
  b.dispose();
});

test('a model that cannot be had is asked for anew by the next', async () => {
  const failing = async () => {
    throw new Error('no such model');
  };
  await assert.rejects(borrow({ model: 'five' }, failing));
  const { made, lend } = library();
  (await lend({ model: 'five' })).dispose();
  assert.equal(made.length, 1);
});
