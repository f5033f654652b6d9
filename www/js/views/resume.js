// Offers to go on with what was trained on an earlier visit. Never by itself: the address may say something else.

import { h, translate } from '../dom.js';
import { autosave } from '../keep/autosave.js';

const UNITS = /** @type {const} */ ([['day', 86_400], ['hour', 3600], ['minute', 60]]);

/**
 * @param {number} when milliseconds since 1970
 * @param {import('../i18n/languages.js').Lang} lang
 */
function ago(when, lang) {
  const seconds = (Date.now() - when) / 1000;
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(-Math.floor(seconds / length), unit);
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const keeper = autosave(store, engine);
  const words = h('p');
  const goOn = h('button', { type: 'button', class: 'quiet primary', text: 'keep.goOn', 'data-testid': 'resume' });
  const forget = h('button', { type: 'button', class: 'quiet', text: 'keep.forget' });
  const close = h('button', { type: 'button', class: 'quiet close', label: 'page.close', title: 'page.close' }, '×');
  const box = h('div', { class: 'message', role: 'region', label: 'keep.label' }, h('div', {}, words, h('div', { class: 'row' }, goOn, forget)), close);
  box.hidden = true;
  element.append(box);

  /** @type {import('../keep/database.js').Visit | null} */
  let visit = null;
  const say = () => {
    box.hidden = !visit;
    if (!visit) return;
    const { lang } = store.state;
    const { preset, step } = visit.keepsake.state;
    words.textContent = translate(lang, 'keep.offer', { preset, step: step.toLocaleString(lang), ago: ago(visit.savedAt, lang) });
  };
  /** @param {(visit: import('../keep/database.js').Visit) => unknown} [act] */
  const settle = (act) => {
    const offered = visit;
    visit = null;
    say();
    if (offered) void act?.(offered);
  };
  goOn.addEventListener('click', () => settle(keeper.goOn));
  forget.addEventListener('click', () => settle(keeper.forget));
  close.addEventListener('click', () => settle());

  let asked = false;
  store.watch(['ready'], async ({ ready }) => {
    if (!ready || asked) return;
    asked = true;
    keeper.begin();
    visit = await keeper.left();
    say();
  });
  store.watch(['lang'], say);
  // Whoever trains anew has chosen; what was kept is offered again next time.
  store.watch(['run'], ({ run }) => void (run === 'running' && settle()));
}
