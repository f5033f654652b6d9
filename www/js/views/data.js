// How much of the training data is here.

import { h, translate } from '../dom.js';

const mb = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const bar = h('progress', { max: 1 });
  const words = h('span', { class: 'caption' });
  const box = h('div', { class: 'data', 'data-testid': 'data-progress' }, bar, words);
  element.append(box);
  store.watch(['data', 'dataReady', 'lang'], ({ data, dataReady, lang }) => {
    bar.hidden = data === null;
    box.dataset.value = data ? String(data.loaded) : dataReady ? 'ready' : '';
    if (!data) {
      words.textContent = translate(lang, dataReady ? 'data.ready' : 'data.none');
    } else if (data.total === null) {
      bar.removeAttribute('value');
      words.textContent = translate(lang, 'data.fetchingUnknown', { loaded: mb(data.loaded) });
    } else {
      box.dataset.total = String(data.total);
      bar.value = data.loaded / data.total;
      words.textContent = translate(lang, 'data.fetching', { loaded: mb(data.loaded), total: mb(data.total) });
    }
  });
}
