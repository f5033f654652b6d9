// Style sheets for shadow roots, each fetched once for all elements of a page. They are constructed, so that no
// `style-src` of the page has to allow them.

import { styleUrl } from './api/assets.js';
import { fetchOk } from './api/fetching.js';
import { scopeStyles } from './scope-styles.js';

/** Of windows over the page. */
const OVER = Object.freeze(['console.css']);

/** Lays out what the others dress, whenever they come. */
const LAST = 'element.css';

/** @type {WeakSet<CSSStyleSheet>} */
const last = new WeakSet();

/** A sheet belongs to the document that made it. @type {WeakMap<Document, Map<string, Promise<CSSStyleSheet>>>} */
const made = new WeakMap();

/**
 * @param {Document} document
 * @param {string} name of a file in css/, or in vendor/ behind `vendor/`
 * @returns {Promise<CSSStyleSheet>}
 */
function sheetOf(document, name) {
  const sheets = made.get(document) ?? new Map();
  made.set(document, sheets);
  let coming = sheets.get(name);
  if (!coming) {
    coming = makeSheet(document, name);
    sheets.set(name, coming);
    // Asked for again, it is fetched again.
    coming.catch(() => sheets.delete(name));
  }
  return coming;
}

/**
 * @param {Document} document
 * @param {string} name
 */
async function makeSheet(document, name) {
  const text = await (await fetchOk(styleUrl(name))).text();
  const { CSSStyleSheet: Sheet } = /** @type {Window & typeof globalThis} */ (document.defaultView);
  const sheet = new Sheet();
  if (name === LAST) last.add(sheet);
  sheet.replaceSync(scopeStyles(text, { over: OVER.includes(name) }));
  return sheet;
}

/**
 * Begins to fetch sheets that will be adopted.
 * @param {Document} document
 * @param {readonly string[]} names
 */
export function expectStyles(document, names) {
  for (const name of names) sheetOf(document, name).catch(() => {});
}

/**
 * @param {ShadowRoot} root
 * @param {readonly string[]} names in the order of their weight; those that are there already stay where they are
 */
export async function adoptStyles(root, names) {
  const sheets = await Promise.all(names.map((name) => sheetOf(root.ownerDocument, name)));
  const more = sheets.filter((sheet) => !root.adoptedStyleSheets.includes(sheet));
  const weight = (/** @type {CSSStyleSheet} */ sheet) => (last.has(sheet) ? 1 : 0);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...more].sort((a, b) => weight(a) - weight(b));
}
