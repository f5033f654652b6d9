// Train, Pause, Step, Forget everything: which can be pressed, and what they say.

import { focused, h, translate } from '../dom.js';

/** Shapes beside the words: colour and text are never the only sign. */
const ICONS = Object.freeze({ train: '▶', pause: '❚❚', step: '▶❚', reset: '↺' });

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const make = (/** @type {keyof typeof ICONS} */ name, /** @type {() => unknown} */ act) => {
    const words = h('span', { text: `train.${name}` });
    const button = h(
      'button', { type: 'button', class: `run ${name}`, 'data-testid': name },
      h('span', { class: 'icon', 'aria-hidden': 'true' }, ICONS[name]), words,
    );
    button.addEventListener('click', () => void act());
    element.append(button);
    return { button, words };
  };
  const train = make('train', engine.train);
  const pause = make('pause', engine.pause);
  const step = make('step', engine.step);
  const reset = make('reset', engine.reset);
  reset.button.dataset.title = 'train.reset.title';

  const slow = h('button', { type: 'button', class: 'quiet', text: 'train.slow', title: 'train.slow.title', 'data-testid': 'slow-motion' });
  slow.addEventListener('click', () => store.set({ guide: 'slow' }));
  const compare = h('button', { type: 'button', class: 'quiet', text: 'train.compare', title: 'train.compare.title', 'data-testid': 'open-compare' });
  compare.addEventListener('click', () => {
    store.set({ tab: 'compare' });
    /** @type {Document | ShadowRoot} */ (element.getRootNode()).getElementById('tab-compare')?.focus();
  });
  element.append(slow, compare);

  store.watch(['run', 'ready', 'lang'], ({ run, ready, lang }) => {
    // A button that is disabled drops the keyboard's place: hand it to the one that now makes sense.
    const now = focused(element);
    // While the data come it stays, so that the keyboard keeps its place; pressing it again does nothing.
    train.button.disabled = !ready || run === 'running';
    pause.button.disabled = run !== 'running';
    step.button.disabled = !ready || run === 'loading';
    reset.button.disabled = !ready;
    if (now === train.button && run === 'running') pause.button.focus();
    if (now === pause.button && run === 'paused') train.button.focus();
    /** @type {import('../dom.js').TextKey} */
    const key = run === 'paused' ? 'train.resume' : run === 'loading' ? 'train.loading' : 'train.train';
    train.words.dataset.text = key;
    train.words.textContent = translate(lang, key);
  });
}
