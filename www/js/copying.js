// Text to the clipboard, where the browser allows it.

import { translate } from './dom.js';

/** How long a button says that it has copied. */
const SAID_MS = 1500;

/**
 * Makes a button copy; it says for a moment that it has.
 * @param {HTMLButtonElement} button with a text key
 * @param {import('./store.js').Store} store
 * @param {() => string} text
 * @param {() => void} refused where the page is embedded or not served securely
 */
export function copyWith(button, store, text, refused) {
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      return refused();
    }
    button.textContent = translate(store.state.lang, 'page.copied');
    const key = /** @type {import('./dom.js').TextKey} */ (button.dataset.text);
    setTimeout(() => (button.textContent = translate(store.state.lang, key)), SAID_MS);
  });
}
