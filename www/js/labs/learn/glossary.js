// Words and what they mean; each can show its place.

import { h, translate } from '../../dom.js';
import { lightWith } from './lights.js';

/** Each word, and where on the page it is. */
const WORDS = /** @type {const} */ ({
  autoencoder: 'flow', encoder: 'encoder', decoder: 'decoder', latent: 'space', code: 'z', mean: 'mu', spread: 'sigma',
  posterior: 'mu', prior: 'space', reparam: 'space', recon: 'output', kl: 'mu', elbo: 'elbo', beta: 'beta', collapse: 'mu',
  sampling: 'samples', map: 'map', heldout: 'heldout', epoch: 'epoch', lr: 'lr', nat: 'curves',
});

/** @typedef {keyof typeof WORDS} Word */

/**
 * @param {HTMLElement} element
 * @param {import('../../store.js').Store} store
 * @param {ReturnType<typeof import('./lights.js').createLights>} lights
 */
export function mountGlossary(element, store, lights) {
  const find = h('input', { type: 'search', class: 'find', label: 'learn.find', 'data-testid': 'glossary-find' });
  const none = h('p', { class: 'caption', text: 'learn.none', role: 'status' });
  const list = h('dl', { class: 'glossary' });
  const entries = /** @type {Word[]} */ (Object.keys(WORDS)).map((word) => {
    const name = h('button', { type: 'button', class: 'chip', text: `gloss.${word}` });
    lightWith(name, lights, WORDS[word], 'plain');
    const entry = h('div', {}, h('dt', {}, name), h('dd', { text: `gloss.${word}.words` }));
    list.append(entry);
    return { word, entry };
  });
  const filter = () => {
    const { lang } = store.state;
    const asked = find.value.trim().toLowerCase();
    for (const { word, entry } of entries) {
      entry.hidden = ![translate(lang, `gloss.${word}`), translate(lang, `gloss.${word}.words`)].some((text) => text.toLowerCase().includes(asked));
    }
    none.hidden = entries.some(({ entry }) => !entry.hidden);
  };
  find.addEventListener('input', filter);
  store.watch(['lang'], () => {
    find.placeholder = translate(store.state.lang, 'learn.find');
    filter();
  });
  element.append(find, none, list);
}
