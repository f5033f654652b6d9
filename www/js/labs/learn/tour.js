// The guided tour.

import { openGuide } from './guide.js';
import { STOPS, paramsOf } from './stops.js';
import './words.js';

/**
 * @param {HTMLElement} element
 * @param {import('../../store.js').Store} store
 * @param {import('../../engine/engine.js').Engine} engine
 */
export function openTour(element, store, engine) {
  openGuide({
    store, engine, element, stops: STOPS, params: paramsOf, watched: ['mu', 'sigma', 'spec'],
    texts: { label: 'tour.label', leave: 'tour.leave' }, restores: true,
  });
}
