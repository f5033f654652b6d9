// Where a guide's card appears; the guides come when one is first asked for.

/** @type {Record<'tour' | 'slow', (element: HTMLElement, store: import('../store.js').Store, engine: import('../engine/engine.js').Engine) => Promise<void>>} */
const GUIDES = {
  tour: async (...page) => (await import('../labs/learn/tour.js')).openTour(...page),
  slow: async (...page) => (await import('../labs/learn/slow.js')).openSlow(...page),
};

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  store.watch(['guide'], async ({ guide }) => {
    if (!guide) return;
    try {
      await GUIDES[guide](element, store, engine);
    } catch (thrown) {
      // Fetched again when it is next asked for.
      store.set({ guide: null });
      engine.report(thrown);
    }
  });
}
