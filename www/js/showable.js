// What the page can show, of all that the engine can build: pictures as its pad makes them, and so many numbers of a code.

import { VaeError } from './api/errors.js';

/** @typedef {import('./api/types.js').VaeSpec} VaeSpec */

/** Sliders, curves and links have room for so many. */
export const MOST_LATENTS = 256;
const MOST_LAYERS = 64;
const SIDE = 28;

/**
 * @param {VaeSpec} spec one that the engine knows, or at least of its shape
 * @returns {{ at: string, problem: string } | null} the place that the page has no room for; null where it can show the model
 */
export function tooMuch({ input, latent, encoder, decoder }) {
  const { channels = 1, height = SIDE, width = SIDE } = input;
  if (channels !== 1 || height !== SIDE || width !== SIDE) return { at: 'input', problem: `${channels}×${height}×${width}, this page has 1×${SIDE}×${SIDE}` };
  if (!(latent >= 1 && latent <= MOST_LATENTS)) return { at: 'latent', problem: `${latent}, this page shows at most ${MOST_LATENTS}` };
  const long = encoder.length > MOST_LAYERS ? 'encoder' : decoder.length > MOST_LAYERS ? 'decoder' : null;
  return long ? { at: long, problem: `more than ${MOST_LAYERS} layers` } : null;
}

/**
 * @param {VaeSpec} spec
 * @param {'invalid-spec' | 'invalid-checkpoint'} code
 * @throws {VaeError} where the page cannot show the model
 */
export function expectShowable(spec, code) {
  const found = tooMuch(spec);
  if (found) throw new VaeError(code, `spec, ${found.at}: ${found.problem}`, { details: { at: found.at } });
}
