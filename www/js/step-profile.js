// What a training step's time goes to, kernel by kernel: for those who look into the backend's badge.

import { toVaeError } from './api/errors.js';
import { h, translate } from './dom.js';

/** @typedef {import('./api/profile.js').Profile} Profile */

/**
 * @param {import('./store.js').Store} store
 * @param {Pick<import('./engine/engine.js').Engine, 'profile' | 'report'>} engine
 * @returns {HTMLElement}
 */
export function stepProfile(store, engine) {
  const ask = h('button', { type: 'button', class: 'quiet', 'data-testid': 'profile-run', text: 'profile.run' });
  const said = h('p', { class: 'caption', role: 'status', 'data-testid': 'profile-total' });
  const body = h('tbody');
  const heading = (/** @type {import('./dom.js').TextKey} */ text) => h('th', { scope: 'col', text });
  const table = h('table', { class: 'profile', 'data-testid': 'profile', label: 'profile.label', hidden: true },
    h('thead', {}, h('tr', {}, heading('profile.kernel'), heading('profile.ms'), heading('profile.share'))), body);
  /** @type {Profile | null} */
  let found = null;
  /** @type {'profile.busy' | 'profile.noClock' | null} */
  let words = null;

  const show = () => {
    const { lang } = store.state;
    const total = found && translate(lang, 'profile.total', { ms: found.ms.toFixed(2), on: translate(lang, `backend.${found.kind}`), steps: found.steps });
    said.textContent = words ? translate(lang, words) : (total ?? '');
    table.hidden = !found;
    body.replaceChildren(...(found?.parts ?? []).map(({ kernel, count, ms, share }) => h('tr', {},
      h('th', { scope: 'row' }, count > 1 ? `${kernel} ×${count}` : kernel), h('td', {}, ms.toFixed(3)), h('td', {}, `${(100 * share).toFixed(0)} %`))));
  };

  ask.addEventListener('click', async () => {
    // Still focusable: the box would close if its focus went nowhere.
    if (ask.getAttribute('aria-disabled') === 'true') return;
    ask.setAttribute('aria-disabled', 'true');
    [found, words] = [null, 'profile.busy'];
    show();
    try {
      [found, words] = [await engine.profile(), null];
    } catch (thrown) {
      words = toVaeError(thrown).code === 'unsupported' ? 'profile.noClock' : null;
      if (!words) engine.report(thrown);
    }
    ask.removeAttribute('aria-disabled');
    show();
  });
  store.watch(['lang'], show);
  return h('div', { class: 'step-profile' }, ask, said, table);
}
