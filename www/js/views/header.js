// Status, backend badge, language, colours and the link to share.

import { copyWith } from '../copying.js';
import { h, translate } from '../dom.js';
import { LANGUAGES, languageOf } from '../i18n/languages.js';
import { popover } from '../popover.js';
import { stepProfile } from '../step-profile.js';

const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const status = h('span', { class: 'status', 'data-testid': 'status', role: 'status' });
  store.watch(['run', 'ready', 'lang'], ({ run, ready, lang }) => {
    status.dataset.run = ready ? run : 'starting';
    status.textContent = translate(lang, ready ? `status.${run}` : 'status.starting');
  });

  const language = h('select', { 'data-testid': 'language', label: 'page.language' });
  language.append(...Object.entries(LANGUAGES).map(([value, { name, tag }]) => h('option', { value, lang: tag }, name)));
  language.addEventListener('change', () => store.set({ lang: languageOf(language.value) }));
  store.watch(['lang'], ({ lang }) => void (language.value = lang));

  const theme = h('select', { 'data-testid': 'theme', label: 'page.theme' });
  theme.append(...THEMES.map((value) => h('option', { value, text: `theme.${value}` })));
  theme.addEventListener('change', () => store.set({ theme: THEMES.find((one) => one === theme.value) ?? 'auto' }));
  store.watch(['theme'], (state) => void (theme.value = state.theme));

  const share = h('button', { type: 'button', class: 'quiet', 'data-testid': 'share', text: 'page.share' });
  copyWith(share, store, () => location.href, () => store.set({ notice: 'notice.linkReady' }));

  const tour = h('button', { type: 'button', class: 'quiet', 'data-testid': 'tour', text: 'page.tour' });
  tour.addEventListener('click', () => {
    // Never disabled by its own guide, which gives the focus back.
    if (store.state.guide === null) store.set({ guide: 'tour' });
  });
  store.watch(['ready', 'guide'], ({ ready, guide }) => {
    tour.disabled = !ready;
    tour.setAttribute('aria-expanded', String(guide === 'tour'));
  });

  element.append(status, badge(store, engine), tour, language, theme, share);
}

/**
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
function badge(store, engine) {
  const name = h('span', { class: 'badge-name' });
  const reason = h('p', { class: 'reason' });
  const facts = h('p', { class: 'caption' });
  const choices = h('p', { class: 'row' }, h('span', { class: 'caption', text: 'backend.choose' }));
  const links = (/** @type {const} */ (['auto', 'webgpu', 'cpu'])).map((value) => {
    const link = h('a', { text: `backend.${value}` });
    choices.append(link);
    return { value, link };
  });
  const box = popover(
    { class: 'badge', 'data-testid': 'backend' },
    [h('span', { class: 'dot', 'aria-hidden': 'true' }), name],
    [h('strong', { text: 'backend.why' }), reason, facts, choices, stepProfile(store, engine)],
  );
  box.addEventListener('toggle', () => {
    for (const { value, link } of links) {
      const url = new URL(location.href);
      url.searchParams.set('backend', value);
      link.href = url.href;
    }
  });
  store.watch(['backend', 'lang'], ({ backend, lang, requestedBackend }) => {
    box.hidden = backend === null;
    if (!backend) return;
    const { kind, adapter, simd, workers, reasonCode, stepTimes } = backend;
    const ms = (/** @type {number} */ microseconds) => (microseconds / 1000).toFixed(microseconds < 10_000 ? 1 : 0);
    box.dataset.value = kind;
    // Where WebGPU was asked for and missing, the CPU was nobody's wish.
    const missing = reasonCode === 'requested' && requestedBackend === 'webgpu' && kind === 'cpu';
    const code = missing ? 'no-adapter' : reasonCode;
    box.dataset.reason = code;
    name.textContent = [translate(lang, `backend.${kind}`), adapter].filter(Boolean).join(' · ');
    const measured = stepTimes && { gpu: ms(stepTimes.gpu), cpu: ms(stepTimes.cpu) };
    reason.textContent = translate(lang, `backend.${code}`, measured);
    const many = workers === 1 ? translate(lang, 'backend.workers.one') : translate(lang, 'backend.workers', { count: workers });
    facts.textContent = [kind === 'cpu' && translate(lang, 'backend.simd', { simd }), kind === 'cpu' && many].filter(Boolean).join(' · ');
  });
  return box;
}
