// What went wrong, in words, and passing remarks. Nothing else on the page changes for it.

import { h, isTextKey, translate, translateTree } from '../dom.js';

/** A passing remark goes by itself after so long, unless it is pointed at or has the focus. */
const PASSES_MS = 8000;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const words = h('p');
  const detail = h('code');
  const error = h(
    'div', { class: 'message wrong', role: 'alert', 'data-testid': 'error' },
    h('span', { class: 'icon', 'aria-hidden': 'true' }, '!'),
    h('div', {}, words, h('details', {}, h('summary', { text: 'page.details' }), detail)),
    closer(() => store.set({ error: null })),
  );
  const remark = h('p');
  const notice = h('div', { class: 'message', role: 'status' }, h('span', { class: 'icon', 'aria-hidden': 'true' }, 'i'), remark, closer(() => store.set({ notice: null })));

  store.watch(['error', 'lang'], (state) => {
    if (!state.error) return error.remove();
    const key = state.error.words ?? `error.${state.error.code}`;
    error.dataset.code = state.error.code;
    words.textContent = translate(state.lang, isTextKey(key) ? key : 'error.internal');
    detail.textContent = `${state.error.code}: ${state.error.message}`;
    translateTree(error, state.lang);
    element.prepend(error);
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let passing;
  const pass = () => {
    if (notice.matches(':hover, :focus-within')) passing = setTimeout(pass, PASSES_MS);
    else store.set({ notice: null });
  };
  store.watch(['notice'], ({ notice: said }) => {
    clearTimeout(passing);
    if (said) passing = setTimeout(pass, PASSES_MS);
  });

  store.watch(['notice', 'lang'], (state) => {
    if (!state.notice || !isTextKey(state.notice)) return notice.remove();
    remark.textContent = translate(state.lang, state.notice);
    translateTree(notice, state.lang);
    element.append(notice);
  });
}

/** @param {() => void} close */
function closer(close) {
  const button = h('button', { type: 'button', class: 'quiet close', label: 'page.close', title: 'page.close' }, '×');
  button.addEventListener('click', close);
  return button;
}
