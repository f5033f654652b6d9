// KaTeX, fetched when the first formula is to be set.

import { importLibrary, styleUrl } from '../../api/assets.js';
import { h } from '../../dom.js';
import { MACROS } from './formulas.js';

/** @typedef {{ render: (latex: string, element: HTMLElement, options: object) => void }} Katex */

/** @type {Promise<Katex> | null} */
let coming = null;

/** @returns {Promise<Katex>} */
async function fetchKatex() {
  const styles = h('link', { rel: 'stylesheet', href: styleUrl('vendor/katex.min.css') });
  const styled = new Promise((resolve, reject) => {
    styles.addEventListener('load', resolve);
    styles.addEventListener('error', () => reject(new Error('the style sheet of the formulas could not be fetched')));
  });
  document.head.append(styles);
  // This build sets a global and exports nothing; it is half the size of the module.
  await Promise.all([styled, importLibrary('katex')]);
  return /** @type {{ katex: Katex }} */ (/** @type {unknown} */ (globalThis)).katex;
}

/**
 * @returns {Promise<(latex: string, element: HTMLElement, output?: 'html' | 'htmlAndMathml') => void>} sets a formula;
 *   `html` alone for what changes later, which an element around it puts into words
 */
export async function typesetter() {
  coming ??= fetchKatex();
  try {
    const katex = await coming;
    return (latex, element, output = 'htmlAndMathml') =>
      katex.render(latex, element, {
        output, macros: { ...MACROS }, throwOnError: true, strict: 'ignore',
        trust: (/** @type {{ command: string }} */ { command }) => command === '\\htmlData' || command === '\\htmlClass',
      });
  } catch (thrown) {
    coming = null;
    throw thrown;
  }
}
