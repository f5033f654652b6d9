// A network's description as a short text for links: its JSON in base64 for URLs.

import { tooMuch } from './showable.js';

/** @typedef {import('./api/types.js').VaeSpec} VaeSpec */

/** No network that a person builds here needs more. */
const MAX_LENGTH = 8000;

/**
 * @param {VaeSpec} spec
 * @returns {string}
 */
export function encodeSpec(spec) {
  return btoa(JSON.stringify(spec)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Only the shape is looked at here, and whether the page has room for it; the engine refuses what it cannot build.
 * @param {string} text
 * @returns {VaeSpec | undefined} undefined where the text is no description
 */
export function decodeSpec(text) {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    const spec = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const layers = (/** @type {unknown} */ list) => Array.isArray(list) && list.every((layer) => typeof layer?.type === 'string');
    const whole = layers(spec.encoder) && layers(spec.decoder) && Number.isInteger(spec.latent)
      && typeof spec.input?.width === 'number' && typeof spec.likelihood?.type === 'string';
    return whole && tooMuch(spec) === null ? spec : undefined;
  } catch {
    return undefined;
  }
}
