// A term that is pointed at lights its place on the page.

import { translate } from '../../dom.js';
import { PLACES, findPlace } from './places.js';
import { createRing } from './ring.js';

/**
 * @param {import('../../store.js').Store} store
 * @param {HTMLElement} remark says where a place is that is not on the screen now
 */
export function createLights(store, remark) {
  /** @type {ReturnType<typeof createRing> | null} */
  let ring = null;

  const dim = () => {
    ring?.remove();
    ring = null;
    remark.textContent = '';
  };

  /** The tab whose lab holds the place. @param {import('./places.js').Place} name */
  const tabOf = (name) => {
    const lab = document.querySelector(PLACES[name])?.closest('[data-lab]');
    return lab instanceof HTMLElement ? /** @type {import('../../state/page.js').Tab} */ (lab.dataset.lab) : null;
  };

  return {
    dim,
    /**
     * @param {import('./places.js').Place} name
     * @param {string} tint class of the variable's colour
     */
    light(name, tint) {
      dim();
      const place = findPlace(name);
      if (place) {
        ring = createRing(`light ${tint}`);
        ring.surround(place);
        return;
      }
      const tab = tabOf(name);
      const { lang } = store.state;
      if (tab) remark.textContent = translate(lang, 'learn.away', { tab: translate(lang, `tab.${tab}`) });
    },
    /** Brings the place onto the screen. @param {import('./places.js').Place} name */
    visit(name) {
      const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches;
      findPlace(name)?.scrollIntoView({ block: 'nearest', behavior: smooth ? 'smooth' : 'instant' });
    },
  };
}

/**
 * Lights while the element is pointed at or has the focus; a press goes there.
 * @param {HTMLElement} element
 * @param {ReturnType<typeof createLights>} lights
 * @param {import('./places.js').Place} place
 * @param {string} tint
 */
export function lightWith(element, lights, place, tint) {
  const light = () => lights.light(place, tint);
  element.addEventListener('pointerenter', light);
  element.addEventListener('focus', light);
  element.addEventListener('pointerleave', () => lights.dim());
  element.addEventListener('blur', () => lights.dim());
  element.addEventListener('click', () => {
    light();
    lights.visit(place);
  });
}
