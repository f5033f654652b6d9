// Where on the page the things are that texts speak of.

/** Each place as a selector; the first that can be seen is meant. */
export const PLACES = /** @type {const} */ ({
  flow: '.flow',
  pad: '[data-testid="sketchpad"]',
  x: '[data-testid="model-input"]',
  encoder: '[data-part="encoder"]',
  mu: '[data-testid="mu"]',
  sigma: '[data-testid="mu"]',
  space: '[data-part="latent"]',
  z: '[data-testid="latent-sliders"]',
  map: '[data-testid="latent-map"]',
  decoder: '[data-part="decoder"]',
  xhat: '[data-testid="reconstruction"]',
  output: '[data-part="output"]',
  samples: '[data-part="samples"]',
  sheet: '[data-testid="sample-sheet"]',
  beta: '.field:has([data-testid="beta"])',
  lr: '.field:has([data-testid="lr"])',
  batch: '.field:has([data-testid="batch"])',
  run: '[data-view="run-buttons"]',
  curves: '[data-part="chart"]',
  console: '[data-lab="train"]',
  heldout: '.metric:has([data-testid="test-elbo"])',
  recon: '.metric:has([data-testid="loss-recon"])',
  kl: '.metric:has([data-testid="loss-kl"])',
  elbo: '.metric:has([data-testid="loss-elbo"])',
  epoch: '.metric:has([data-testid="epoch"])',
});

/** @typedef {keyof typeof PLACES} Place */

/**
 * @param {Place} name
 * @returns {HTMLElement | null} null where it is not on the screen: hidden by a teacher, or in a tab that is not open
 */
export function findPlace(name) {
  for (const element of document.querySelectorAll(PLACES[name])) {
    if (element instanceof HTMLElement && element.getClientRects().length > 0) return element;
  }
  return null;
}

/**
 * Whether the place exists at all, in an open tab or another, and no part around it was taken away.
 * @param {Place} name
 * @param {readonly string[]} hide names of parts that were
 * @returns {boolean}
 */
export function mayBeFound(name, hide) {
  return [...document.querySelectorAll(PLACES[name])].some((element) => !hide.some((part) => element.closest(`[data-part="${CSS.escape(part)}"]`)));
}
