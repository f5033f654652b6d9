// The stops of the tour, in their order.

import { klPerDimension, show, speaking, sum } from './numbers.js';
import { dream, slide, throwDice, walk, write } from './shows.js';
import { rehearse } from './rehearsal.js';

/** @typedef {import('./shows.js').Stage} Stage */

/**
 * @typedef {object} Stop
 * @property {import('../../dom.js').TextKey} title
 * @property {import('../../dom.js').TextKey} words
 * @property {readonly import('./places.js').Place[]} places the first that is there is meant
 * @property {import('../../state/page.js').Tab} [tab] that must be open for it
 * @property {(stage: Stage) => Promise<void>} [act] what happens on the page when the stop is reached
 * @property {{ text: import('../../dom.js').TextKey, doing: import('../../dom.js').TextKey, instead: import('../../dom.js').TextKey,
 *   may: (state: Readonly<import('../../store.js').State>) => boolean, act: (stage: Stage) => Promise<() => Promise<void>> }} [offer]
 *   what happens only when asked for; it gives back what undoes it
 */

/** @type {readonly Stop[]} */
export const STOPS = [
  { title: 'tour.autoencoder', words: 'tour.autoencoder.words', places: ['flow'], act: (stage) => write(stage, 2) },
  { title: 'tour.encoder', words: 'tour.encoder.words', places: ['encoder'] },
  { title: 'tour.sigma', words: 'tour.sigma.words', places: ['mu', 'encoder'] },
  { title: 'tour.reparam', words: 'tour.reparam.words', places: ['space'], act: throwDice },
  { title: 'tour.decoder', words: 'tour.decoder.words', places: ['decoder'], act: slide },
  { title: 'tour.map', words: 'tour.map.words', places: ['map', 'space'], act: walk },
  { title: 'tour.kl', words: 'tour.kl.words', places: ['mu', 'encoder'] },
  { title: 'tour.sampling', words: 'tour.sampling.words', places: ['samples', 'sheet'], tab: 'train', act: dream },
  { title: 'tour.blurry', words: 'tour.blurry.words', places: ['output'] },
  { title: 'tour.beta', words: 'tour.beta.words', places: ['beta'], tab: 'train' },
  { title: 'tour.collapse', words: 'tour.collapse.words', places: ['mu', 'encoder'] },
  {
    title: 'tour.training', words: 'tour.training.words', places: ['run'], tab: 'train',
    offer: {
      text: 'tour.training.do', doing: 'tour.training.doing', instead: 'tour.training.own',
      // A run that was under way before cannot be put back: its optimiser's moments are in the worker alone.
      may: ({ run }) => run === 'idle',
      act: rehearse,
    },
  },
];

/**
 * Numbers that the stops' words speak of.
 * @param {Readonly<import('../../store.js').State>} state
 * @returns {import('../../dom.js').TextParams}
 */
export function paramsOf({ spec, mu, sigma }) {
  const known = mu && sigma && mu.length === sigma.length;
  return {
    latent: spec?.latent ?? 0,
    kl: known ? show(sum(klPerDimension(mu, sigma)), 1) : '–',
    active: known ? speaking(mu, sigma) : '–',
  };
}
