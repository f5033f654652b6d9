// The link and the snippet that a teacher hands out. Pure text.

import { TABS } from './state/page.js';

/** Parts of the page that can be taken away, in its order. */
export const PARTS = /** @type {const} */ ([
  'brand', 'header', 'draw', 'input', 'encoder', 'latent', 'decoder', 'output', 'console', 'train', 'chart', 'samples',
]);

/** Labs that can be taken away; training is a part of its own. */
export const LABS = TABS.filter((tab) => tab !== 'train');

/**
 * @typedef {object} Lesson
 * @property {readonly string[]} hide parts and labs
 * @property {'' | import('./i18n/languages.js').Lang} lang empty for the reader's own
 * @property {'' | 'light' | 'dark'} theme
 * @property {boolean} paused training is set up and waits
 * @property {boolean} fromNothing random weights
 */

/**
 * @param {string} address the page's, with the state that the link is to carry
 * @param {Lesson} lesson
 * @returns {string}
 */
export function lessonLink(address, { hide, lang, theme, paused, fromNothing }) {
  const url = new URL(address);
  const query = url.searchParams;
  for (const [name, value] of Object.entries({ hide: hide.join(','), lang, theme, paused: paused ? '1' : '' })) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  // A comma needs no escape, and a link is read by people too.
  url.search = url.search.replaceAll('%2C', ',');
  const hash = new URLSearchParams(url.hash.slice(1));
  if (fromNothing) hash.set('weights', 'random');
  else hash.delete('weights');
  url.hash = hash.toString();
  return url.href;
}

/**
 * @param {string} link
 * @param {string} title
 * @returns {string} for any page's markup
 */
export function embedSnippet(link, title) {
  const escaped = (/** @type {string} */ text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<iframe src="${escaped(link)}" title="${escaped(title)}" width="100%" height="800" loading="lazy" allow="clipboard-write"></iframe>`;
}

/**
 * For pages that are built from npm packages.
 * @param {string} model a preset
 * @returns {string}
 */
export function npmLines(model) {
  return ['npm install vae-playground', '', "import 'vae-playground/element';", `// <vae-playground model="${model}"></vae-playground>`].join('\n');
}
