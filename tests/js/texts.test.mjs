// Both languages say everything, errors are errors with codes, and views keep to themselves.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ERROR_CODES, VaeError, toVaeError } from '../../www/js/api/errors.js';
import { isTextKey, translate } from '../../www/js/dom.js';
import { en } from '../../www/js/i18n/en.js';
import { learn as learnEn } from '../../www/js/i18n/en/learn.js';
import { compare as compareEn } from '../../www/js/i18n/en/compare.js';
import { compare as compareZh } from '../../www/js/i18n/zh/compare.js';
import { zh } from '../../www/js/i18n/zh.js';
import { learn as learnZh } from '../../www/js/i18n/zh/learn.js';

const WWW = new URL('../../www/', import.meta.url);
const source = (/** @type {string} */ path) => readFileSync(new URL(path, WWW), 'utf8');
const modules = readdirSync(new URL('js/', WWW), { recursive: true }).map(String).filter((path) => path.endsWith('.js'));

test('every key is in both languages, with the same names to fill in', () => {
  const names = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  /** @type {readonly Record<string, string>[][]} */
  const pairs = [[en, zh], [learnEn, learnZh], [compareEn, compareZh]];
  for (const [ours, theirs] of pairs) {
    assert.deepEqual(Object.keys(theirs), Object.keys(ours));
    for (const key of Object.keys(ours)) {
      assert.ok(theirs[key].trim() && ours[key].trim(), key);
      assert.deepEqual(names(theirs[key]), names(ours[key]), key);
    }
  }
  assert.deepEqual(Object.keys(learnEn).filter((key) => Object.hasOwn(en, key)), [], 'no lab overwrites the words of the page');
});

test('every error code has words', () => {
  for (const code of ERROR_CODES) assert.ok(isTextKey(`error.${code}`), code);
});

test('every key that the page asks for exists', () => {
  const asked = [...source('index.html').matchAll(/data-(?:text|label|title)="([^"]+)"/g)].map(([, key]) => key);
  assert.ok(asked.length > 10);
  for (const key of asked) assert.ok(isTextKey(key), key);
});

test('names are filled in, and what is not given stays visible', () => {
  assert.equal(translate('en', 'data.fetching', { loaded: 1, total: 2 }), 'Fetching MNIST: 1 of 2');
  assert.match(translate('en', 'data.fetching', { loaded: 1 }), /\{total\}/);
});

test('anything thrown becomes a VaeError with a known code', () => {
  const own = new VaeError('diverged', 'x');
  assert.equal(toVaeError(own), own);
  assert.equal(toVaeError(Object.assign(new Error('a'), { code: 'invalid-spec' })).code, 'invalid-spec');
  assert.equal(toVaeError(Object.assign(new Error('a'), { code: 'ENOENT' })).code, 'internal');
  assert.equal(toVaeError(new DOMException('a', 'AbortError')).code, 'aborted');
  assert.equal(toVaeError(new RangeError('Array buffer allocation failed')).code, 'out-of-memory');
  assert.equal(toVaeError('text').message, 'text');
  assert.equal(toVaeError(null).code, 'internal');
});

test('the API knows no page, a view knows no other view, no file is long, no markup is built from strings', () => {
  for (const path of modules) {
    const text = source(`js/${path}`);
    const imports = [...text.matchAll(/^import .* from '([^']+)'/gm)].map(([, from]) => from);
    assert.ok(text.split('\n').length <= 300, `${path} is over 300 lines`);
    assert.doesNotMatch(text, /innerHTML|insertAdjacentHTML|document\.write/, path);
    if (path.startsWith('api')) {
      assert.ok(imports.every((from) => from.startsWith('./')), path);
      assert.doesNotMatch(text, /\b(document|window|localStorage)\b\./, path);
    }
    if (path.startsWith('views')) assert.ok(imports.every((from) => from.startsWith('../')), path);
  }
  assert.doesNotMatch(source('index.html'), /<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/, 'nothing inline');
});
