// The model and the hyperparameters that are always at hand; the rest stands behind two buttons.

import { h } from '../dom.js';
import { choiceField, field, numberField } from '../fields.js';

const OPTIMIZERS = Object.freeze({ adam: 'Adam', rmsprop: 'RMSProp', sgd: 'SGD' });

/** What opens when a button is pressed; fetched then. */
const PANELS = Object.freeze({
  layers: () => import('../console/layer-editor.js'),
  recipe: () => import('../console/recipe-panel.js'),
});

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const preset = h('select', { 'data-testid': 'preset', id: 'preset' });
  preset.addEventListener('change', () => void engine.choosePreset(preset.value));
  store.watch(['presets', 'preset'], (state) => {
    const known = state.presets.map(({ name }) => name);
    const names = known.includes(state.preset) ? known : [...known, state.preset];
    preset.replaceChildren(...names.map((name) => h('option', { value: name }, name)));
    preset.value = state.preset;
  });

  const opener = (/** @type {keyof typeof PANELS} */ name, /** @type {import('../dom.js').TextKey} */ words, /** @type {import('../dom.js').TextKey} */ title) => {
    const button = h('button', { type: 'button', class: 'quiet opener', text: words, title, 'data-testid': `open-${name}`, 'aria-haspopup': 'dialog' });
    button.addEventListener('click', async () => {
      try {
        (await PANELS[name]()).open(element, store, engine);
      } catch (thrown) {
        engine.report(thrown);
      }
    });
    return button;
  };

  const dice = h('button', { type: 'button', class: 'quiet dice', title: 'train.dice', label: 'train.dice' }, '⚄');
  dice.addEventListener('click', () => void engine.configure({ seed: Math.floor(Math.random() * 1e6) }));

  const optimizer = choiceField(store, engine, 'optimizer', 'train.optimizer', 'optimizer', OPTIMIZERS);
  optimizer.querySelector('.control')?.append(opener('recipe', 'train.more', 'train.more.title'));
  element.append(
    field('train.preset', preset, opener('layers', 'train.layers', 'train.layers.title')),
    optimizer,
    numberField(store, engine, 'learningRate', 'train.lr', 'lr', { live: true, slider: { from: -5, to: -1 } }),
    numberField(store, engine, 'beta', 'train.beta', 'beta', { live: true, slider: { from: -2, to: 2 } }),
    numberField(store, engine, 'batchSize', 'train.batch', 'batch', { step: 1 }),
    numberField(store, engine, 'seed', 'train.seed', 'seed', { step: 1, beside: dice }),
  );
}
