// A window over the page: its title, its content, and ways out of it.

import { h, translateTree } from '../dom.js';

/** Words follow the language while it is open. @type {WeakSet<HTMLDialogElement>} */
const watched = new WeakSet();

/**
 * @param {HTMLElement} element whose window it is
 * @param {import('../store.js').Store} store
 * @param {import('../dom.js').TextKey} title
 * @param {string} name class and test id
 * @returns {{ dialog: HTMLDialogElement, body: HTMLElement, show: () => void }}
 */
export function makeDialog(element, store, title, name) {
  const close = h('button', { type: 'button', class: 'quiet close', label: 'page.close', title: 'page.close' }, '×');
  const body = h('div', { class: 'dialog-body' });
  const dialog = h(
    'dialog', { class: `dialog ${name}`, 'data-testid': name, 'aria-labelledby': `${name}-title` },
    h('div', { class: 'dialog-head' }, h('h2', { id: `${name}-title`, text: title }), close), body,
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    // The dialog itself is what lies behind its content.
    if (event.target === dialog) dialog.close();
  });
  element.append(dialog);
  // Within a panel that is not seen it would not be seen either, and still be in the way of all else.
  store.watch(['tab', 'hide'], () => dialog.close());
  return {
    dialog, body,
    show() {
      if (!watched.has(dialog)) store.watch(['lang'], ({ lang }) => translateTree(dialog, lang));
      watched.add(dialog);
      translateTree(dialog, store.state.lang);
      if (!dialog.open) dialog.showModal();
    },
  };
}
