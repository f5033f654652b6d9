// What is said where not even the words could be fetched.

import { element as en } from '../i18n/en/element.js';
import { element as zh } from '../i18n/zh/element.js';

/**
 * @param {HTMLElement} frame
 * @param {import('../i18n/languages.js').Lang} lang
 * @param {() => void} again
 */
export function sayNotLoaded(frame, lang, again) {
  const texts = { en, zh }[lang];
  const { ownerDocument: document } = frame;
  const words = document.createElement('p');
  words.textContent = texts['element.notLoaded'];
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = texts['element.again'];
  button.addEventListener('click', again, { once: true });
  const box = document.createElement('div');
  box.className = 'fallback';
  box.setAttribute('role', 'alert');
  box.append(words, button);
  frame.replaceChildren(box);
}
