// A lab's stylesheet comes with the lab.

import { STYLES_URL } from '../../api/assets.js';

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/**
 * @param {string} name of a file in css/
 * @returns {Promise<void>} settles once it applies
 */
export function loadStyle(name) {
  let loading = loaded.get(name);
  if (!loading) {
    loading = new Promise((resolve, reject) => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = new URL(name, STYLES_URL).href;
      link.addEventListener('load', () => resolve());
      link.addEventListener('error', () => {
        loaded.delete(name);
        link.remove();
        reject(new TypeError(`${link.href} could not be fetched`));
      });
      document.head.append(link);
    });
    loaded.set(name, loading);
  }
  return loading;
}
