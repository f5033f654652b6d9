// What the model knows and where from; weights out to a file and in from one.

import { h, translate } from '../dom.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const words = h('span', { class: 'caption' });
  const save = h('button', { type: 'button', class: 'quiet', 'data-testid': 'save', text: 'train.save' });
  const file = h('input', { type: 'file', accept: '.safetensors', 'data-testid': 'load', class: 'unseen', id: 'weights-file' });
  const load = h('label', { class: 'quiet', for: 'weights-file', text: 'train.load' });
  element.append(words, h('div', { class: 'row' }, save, file, load));

  save.addEventListener('click', async () => {
    const blob = await engine.save();
    if (!blob) return;
    const link = h('a', { href: URL.createObjectURL(blob), download: `${store.state.preset}.safetensors` });
    link.click();
    // The download has its own hold on the blob once it began.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    // Emptied, so that the same file can be chosen again after it was mended.
    if (chosen) void engine.load(chosen).finally(() => (file.value = ''));
  });

  store.watch(['weights', 'parameterCount', 'lang'], ({ weights, parameterCount, lang }) => {
    const count = translate(lang, 'weights.parameters', { count: parameterCount.toLocaleString(lang) });
    words.textContent = `${count} · ${translate(lang, `weights.${weights}`)}`;
  });
}
