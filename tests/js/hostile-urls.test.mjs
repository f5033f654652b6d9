// Addresses that nobody's page has written: whatever they say, what is read of them is within its bounds, or is not read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHOICES, VALID } from '../../www/js/recipe.js';
import { LINKED_KEYS, readUrl, writeUrl } from '../../www/js/state-url.js';
import { TABS } from '../../www/js/state/page.js';
import { createStore, initialState } from '../../www/js/store.js';

/** Mutated and random addresses, from one seed. */
const ADDRESSES = 2000;

/** What the query says beside what is linked. */
const QUERY_KEYS = ['requestedBackend', 'hide', 'startPaused'];

const within = (/** @type {number} */ value, /** @type {number} */ least, /** @type {number} */ most) => Number.isFinite(value) && value >= least && value <= most;

/** What each value that was read must be. @type {Record<string, (value: any) => boolean>} */
const SOUND = {
  lang: (value) => ['en', 'zh'].includes(value),
  theme: (value) => ['auto', 'light', 'dark'].includes(value),
  requestedBackend: (value) => ['auto', 'webgpu', 'cpu'].includes(value),
  hide: (value) => value.length <= 64 && value.every((/** @type {string} */ name) => /^[a-z-]{1,20}$/.test(name)),
  startPaused: (value) => value === true,
  tab: (value) => TABS.includes(value),
  preset: (value) => /^[a-z0-9-]{1,40}$/.test(value),
  spec: (value) => JSON.stringify(value).length <= 8000 && Number.isInteger(value.latent),
  weights: (value) => value === 'random',
  strokes: (value) => value.length <= 64_000 && value.every(soundStroke),
  pictureDigit: (value) => Number.isInteger(value) && within(value, 0, 9999),
  z: (value) => value instanceof Float32Array && value.length <= 256 && value.every((number) => within(number, -20, 20)),
  zSource: (value) => value === 'hand',
  mapGrid: (value) => ['off', 'even', 'normal'].includes(value),
  planeChoice: ({ kind, x, y }) => kind === 'dimensions' && x !== y && [x, y].every((axis) => Number.isInteger(axis) && within(axis, 0, 255)),
  labs: (value) => Object.keys(value).length <= 32 && Object.entries(value).flat().every((/** @type {any} */ text) => typeof text === 'string' && text.length <= 40),
  label: (value) => Number.isInteger(value) && within(value, 0, 9),
  ...Object.fromEntries(Object.entries(CHOICES).map(([key, allowed]) => [key, (value) => /** @type {readonly string[]} */ (allowed).includes(value)])),
  ...Object.fromEntries(Object.entries(VALID).map(([key, good]) => [key, (value) => Number.isFinite(value) && good(value)])),
};

/** @param {import('../../www/js/store.js').Stroke} stroke */
function soundStroke({ points, width = 0, pressure = [] }) {
  return points.length <= 510 && points.every((value) => within(value, 0, 1)) && within(width, 0, 1) && pressure.every((value) => within(value, 0, 4));
}

/** @param {string} address */
function check(address) {
  const found = readUrl(new URL(address));
  for (const [key, value] of Object.entries(found)) {
    assert.ok(/** @type {readonly string[]} */ ([...LINKED_KEYS, ...QUERY_KEYS]).includes(key), `${key} from ${address.slice(0, 200)}`);
    assert.ok(key in SOUND && SOUND[key](value), `${key} = ${JSON.stringify(value)?.slice(0, 100)} from ${address.slice(0, 200)}`);
  }
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
  return found;
}

/** Mulberry32. @param {number} seed @returns {() => number} in [0, 1) */
function stream(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KEYS = [
  'optimizer', 'lr', 'batch', 'beta', 'seed', 'objective', 'k', 'free', 'binarize', 'warmup', 'epochs', 'schedule', 'eps', 'decay', 'clip', 'tab',
  'preset', 'spec', 'weights', 'digit', 'ink', 'z', 'grid', 'plane', 'class', '__proto__', 'constructor', 'toString', '',
];
const VALUES = [
  '', '0', '-1', '1', '2,1', '1e999', '-1e-400', 'NaN', 'Infinity', '0x10', '1_000', '٣', '1e3', '9'.repeat(400), 'null', 'undefined', 'true', '__proto__',
  'constructor', 'own', 'random', 'adam', 'learn', '<img src=x onerror=alert(1)>', 'javascript:alert(1)', '"><script>', '\u0000', '%', '%00', '%F0%9F', '../../etc',
  '\ud800', 'A'.repeat(100_000), '-'.repeat(64_001), '0,'.repeat(10_000), '-1,-1', '256,257', '1,1', Buffer.alloc(3000, 1).toString('base64url'),
  ...[
    {}, [], null, { encoder: [], decoder: [], latent: 1e308, input: { width: -1 }, likelihood: { type: '<b>' } },
    { encoder: [{ type: 'linear', units: 1e12 }], decoder: [{ type: '__proto__' }], latent: 3, input: { width: 28 }, likelihood: { type: 'bernoulli' } },
    JSON.parse('{"__proto__":{"polluted":1},"encoder":[],"decoder":[],"latent":2,"input":{"width":28},"likelihood":{"type":"bernoulli"}}'),
  ].map((spec) => Buffer.from(JSON.stringify(spec)).toString('base64url')),
];
const QUERIES = ['lang', 'theme', 'backend', 'hide', 'paused', '__proto__'];

test('addresses made of hostile values are read within bounds or not at all', () => {
  for (const key of KEYS) for (const value of VALUES) check(`http://localhost/#${key}=${encodeURIComponent(value.replace(/\ud800/, '?'))}`);
  for (const key of QUERIES) for (const value of VALUES) check(`http://localhost/?${key}=${encodeURIComponent(value.replace(/\ud800/, '?'))}`);
  assert.deepEqual(readUrl(new URL(`http://localhost/?hide=draw,<b>,${'x'.repeat(30)},map`)).hide, ['draw', 'map']);
  assert.equal(readUrl(new URL(`http://localhost/#ink=${'A'.repeat(70_000)}`)).strokes, undefined);
});

test(`${ADDRESSES} mutated and random addresses are read within bounds or not at all`, () => {
  const random = stream(20);
  const below = (/** @type {number} */ most) => Math.floor(random() * most);
  const pick = (/** @type {readonly string[]} */ list) => list[below(list.length)];
  const defaults = initialState();
  const good = writeUrl(new URL('http://localhost/'), {
    ...defaults, optimizer: 'sgd', learningRate: 0.5, beta: 3, epochs: 4, tab: 'repair', z: Float32Array.of(1, -2), zSource: 'hand',
    strokes: [{ points: [0.1, 0.2, 0.3, 0.4], width: 0.1, pressure: [0.5, 1] }, { points: [0.5, 0.5, 0.7, 0.9], erases: true }],
  }, defaults).hash.slice(1);
  for (let i = 0; i < ADDRESSES; i++) {
    let hash = i % 2 ? good : Array.from({ length: 1 + below(6) }, () => `${pick(KEYS)}=${pick(VALUES).slice(0, below(300))}`).join('&');
    for (let change = below(8); change > 0; change--) {
      const at = below(hash.length + 1);
      hash = hash.slice(0, at) + String.fromCharCode(below(random() < 0.8 ? 128 : 0xd7ff)) + hash.slice(at + below(3));
    }
    const found = check(`http://localhost/?${i % 3 ? '' : `hide=${hash.slice(0, 80)}`}#${hash}`);
    // What the page then writes says the same again.
    const store = createStore({ ...defaults, ...found });
    check(writeUrl(new URL('http://localhost/'), store.state, defaults).href);
  }
});
