// The settings of a run that are seldom touched. Each acts as soon as it is set; the engine judges it first.

import { h } from '../dom.js';
import { choiceField, numberField } from '../fields.js';
import { makeDialog } from './dialog.js';

/** @type {WeakMap<HTMLElement, ReturnType<typeof makeDialog>>} */
const panels = new WeakMap();

/**
 * @param {HTMLElement} element whose window it is
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function open(element, store, engine) {
  const panel = panels.get(element) ?? build(element, store, engine);
  panels.set(element, panel);
  panel.show();
}

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
function build(element, store, engine) {
  const made = makeDialog(element, store, 'recipe.title', 'recipe-panel');
  const draws = numberField(store, engine, 'draws', 'recipe.draws', 'draws', { step: 1 });
  const freeBits = numberField(store, engine, 'freeBits', 'recipe.freeBits', 'free-bits');
  const warmup = numberField(store, engine, 'warmupEpochs', 'recipe.warmup', 'warmup');
  const epsilon = numberField(store, engine, 'epsilon', 'recipe.epsilon', 'epsilon');
  store.watch(['objective', 'optimizer'], ({ objective, optimizer }) => {
    draws.hidden = objective !== 'iwae' && objective !== 'dreg';
    freeBits.hidden = objective !== 'elbo';
    warmup.hidden = objective === 'autoencoder';
    epsilon.hidden = optimizer === 'sgd';
  });
  const rests = h('input', { type: 'checkbox', id: 'rests-hidden', 'data-testid': 'rests-hidden' });
  rests.addEventListener('change', () => store.set({ restsHidden: rests.checked }));
  store.watch(['restsHidden'], ({ restsHidden }) => void (rests.checked = restsHidden));
  made.body.append(
    h('p', { class: 'caption', text: 'recipe.words' }),
    h(
      'div', { class: 'recipe-fields' },
      choiceField(store, engine, 'objective', 'recipe.objective', 'objective', {
        elbo: { text: 'recipe.objective.elbo' }, iwae: { text: 'recipe.objective.iwae' },
        dreg: { text: 'recipe.objective.dreg' }, autoencoder: { text: 'recipe.objective.autoencoder' },
      }),
      draws, freeBits, warmup,
      choiceField(store, engine, 'binarize', 'recipe.binarize', 'binarize', {
        none: { text: 'recipe.binarize.none' }, dynamic: { text: 'recipe.binarize.dynamic' }, static: { text: 'recipe.binarize.static' },
      }),
      numberField(store, engine, 'epochs', 'recipe.epochs', 'epochs', { step: 1 }),
      choiceField(store, engine, 'schedule', 'recipe.schedule', 'schedule', {
        constant: { text: 'recipe.schedule.constant' }, cosine: { text: 'recipe.schedule.cosine' }, stages: { text: 'recipe.schedule.stages' },
      }),
      epsilon,
      numberField(store, engine, 'weightDecay', 'recipe.weightDecay', 'weight-decay'),
      numberField(store, engine, 'clipNorm', 'recipe.clipNorm', 'clip-norm'),
      choiceField(store, engine, 'initialisation', 'recipe.initialisation', 'initialisation', { pytorch: 'PyTorch', glorot: 'Glorot' }),
    ),
    h('label', { class: 'tick' }, rests, h('span', { text: 'recipe.restsHidden' })),
  );
  return made;
}
