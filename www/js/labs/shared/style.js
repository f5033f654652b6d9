// A lab's stylesheets come with the lab.

import { styleUrl } from '../../api/assets.js';

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/**
 * @param {Element} element that they are for: in a document, or in a shadow root
 * @param {readonly string[]} names of files in css/
 * @returns {Promise<void>} settles once they apply
 */
export async function loadStyles(element, names) {
  const root = element.getRootNode();
  if (root instanceof ShadowRoot) {
    const { adoptStyles } = await import('../../shadow-styles.js');
    return adoptStyles(root, names);
  }
  await Promise.all(names.map(linkStyle));
}

/**
 * @param {string} name
 * @returns {Promise<void>}
 */
function linkStyle(name) {
  let loading = loaded.get(name);
  if (!loading) {
    loading = new Promise((resolve, reject) => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = styleUrl(name);
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
