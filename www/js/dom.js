// Building elements without markup strings, and text that follows the language.

import { en } from './i18n/en.js';
import { zh } from './i18n/zh.js';

/** Words that come with the page, or later with a lab.
 * @typedef {keyof typeof en | keyof typeof import('./i18n/en/learn.js').learn | keyof typeof import('./i18n/en/compare.js').compare} TextKey */
/** @typedef {Record<string, string | number>} TextParams */

/** @type {Record<import('./i18n/languages.js').Lang, Record<string, string>>} */
const TEXTS = { en: { ...en }, zh: { ...zh } };

/**
 * Words that a lab brings along when it is first opened.
 * @template {string} K
 * @param {{ en: Record<K, string>, zh: Record<K, string> }} more
 */
export function addTexts(more) {
  Object.assign(TEXTS.en, more.en);
  Object.assign(TEXTS.zh, more.zh);
}

/**
 * @param {import('./i18n/languages.js').Lang} lang
 * @param {TextKey} key
 * @param {TextParams} [params] for the text's {names}
 * @returns {string}
 */
export function translate(lang, key, params = {}) {
  return TEXTS[lang][key].replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
}

/**
 * @param {string} key
 * @returns {key is TextKey}
 */
export function isTextKey(key) {
  return Object.hasOwn(TEXTS.en, key);
}

/**
 * An element; `text` and `label` are text keys that follow the language, everything else is an attribute.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{ text?: TextKey, label?: TextKey, title?: TextKey, [attribute: string]: string | number | boolean | undefined }} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

const I18N = /** @type {const} */ ({ text: 'data-text', label: 'data-label', title: 'data-title' });

/**
 * @param {Element} element
 * @param {Record<string, string | number | boolean | undefined>} attributes
 */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    const attribute = name in I18N ? I18N[/** @type {keyof typeof I18N} */ (name)] : name;
    element.setAttribute(attribute, value === true ? '' : String(value));
  }
}

/**
 * Puts the language's words wherever an element asks for them.
 * @param {ParentNode} root
 * @param {import('./i18n/languages.js').Lang} lang
 */
export function translateTree(root, lang) {
  for (const element of root.querySelectorAll('[data-text], [data-label], [data-title]')) {
    const { text, label, title } = /** @type {HTMLElement} */ (element).dataset;
    if (text && isTextKey(text)) element.textContent = translate(lang, text);
    if (label && isTextKey(label)) element.setAttribute('aria-label', translate(lang, label));
    if (title && isTextKey(title)) element.setAttribute('title', translate(lang, title));
  }
}

/**
 * What has the focus among an element's own: within a shadow root, the document knows only its host.
 * @param {Element} element
 * @returns {Element | null}
 */
export function focused(element) {
  return /** @type {Document | ShadowRoot} */ (element.getRootNode()).activeElement;
}

/**
 * @param {Element} element
 * @returns {number} CSS pixels to a rem of the style sheets; within a shadow root its outermost element says it
 */
export function remOf(element) {
  const root = element.getRootNode();
  const basis = root instanceof ShadowRoot ? root.firstElementChild : null;
  return parseFloat(getComputedStyle(basis ?? document.documentElement).fontSize);
}

/**
 * A number on the page: rounded for the eye, unrounded in `data-value`.
 * @param {HTMLElement} element
 * @param {number | null} value
 * @param {(value: number) => string} format
 */
export function showNumber(element, value, format) {
  if (value === null || !Number.isFinite(value)) {
    element.textContent = '–';
    delete element.dataset.value;
    return;
  }
  element.textContent = format(value);
  element.dataset.value = String(value);
}
