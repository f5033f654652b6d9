// The tabs of the lower area. A lab is fetched and built when its tab is first opened.

import { h, translateTree } from '../dom.js';
import { TABS } from '../state/page.js';

/** @typedef {import('../state/page.js').Tab} Tab */
/** @typedef {(element: HTMLElement, store: import('../store.js').Store, engine: import('../engine/engine.js').Engine) => void | Promise<void>} Mount */

/** The labs that are not in the page from the start. @type {Partial<Record<Tab, () => Promise<{ mount: Mount }>>>} */
const LABS = {
  compare: () => import('../labs/compare/index.js'),
  generate: () => import('../labs/generate/index.js'),
  repair: () => import('../labs/repair/index.js'),
  anomaly: () => import('../labs/anomaly/index.js'),
  compress: () => import('../labs/compress/index.js'),
  learn: () => import('../labs/learn/learn.js'),
};

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  element.setAttribute('role', 'tablist');
  const tabs = TABS.map((name) => {
    const tab = h('button', { type: 'button', class: 'tab', role: 'tab', id: `tab-${name}`, 'aria-controls': `lab-${name}`, text: `tab.${name}` });
    tab.addEventListener('click', () => store.set({ tab: name }));
    return { name, tab, panel: panelOf(element, name) };
  });
  element.append(...tabs.map(({ tab }) => tab));

  element.addEventListener('keydown', ({ key }) => {
    const open = tabs.filter(({ tab }) => !tab.hidden);
    const at = open.findIndex(({ name }) => name === store.state.tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: open.length - 1 }[key];
    if (to === undefined || open.length === 0) return;
    const next = open[(to + open.length) % open.length];
    store.set({ tab: next.name });
    next.tab.focus();
  });

  /** @param {typeof tabs[number]} entry */
  const open = async ({ name, panel }) => {
    const lab = LABS[name];
    if (!lab || panel.dataset.built) return;
    panel.dataset.built = 'true';
    try {
      await (await lab()).mount(panel, store, engine);
      translateTree(panel, store.state.lang);
    } catch (thrown) {
      // Fetched again when the tab is next opened.
      delete panel.dataset.built;
      engine.report(thrown);
    }
  };

  store.watch(['tab', 'hide'], (state) => {
    const shown = TABS.filter((name) => !state.hide.includes(name));
    const now = shown.includes(state.tab) ? state.tab : shown[0];
    for (const entry of tabs) {
      const chosen = entry.name === now;
      entry.tab.hidden = !shown.includes(entry.name);
      entry.tab.setAttribute('aria-selected', String(chosen));
      entry.tab.tabIndex = chosen ? 0 : -1;
      entry.panel.hidden = !chosen;
      if (chosen) void open(entry);
    }
  });
}

/**
 * The tab's panel: the page's own, or a new one.
 * @param {HTMLElement} element
 * @param {Tab} name
 * @returns {HTMLElement}
 */
function panelOf(element, name) {
  const lower = /** @type {HTMLElement} */ (element.parentElement);
  /** @type {HTMLElement | null} */
  let panel = lower.querySelector(`[data-lab="${name}"]`);
  if (!panel) {
    panel = h('div', { class: 'lab', 'data-lab': name });
    lower.append(panel);
  }
  panel.id = `lab-${name}`;
  panel.setAttribute('role', 'tabpanel');
  panel.setAttribute('aria-labelledby', `tab-${name}`);
  return panel;
}
