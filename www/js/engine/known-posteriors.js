// What the opening model's encoder makes of the page's test digits, which comes as a file: the map is there before the engine.

import { pretrainedPosteriorsUrl } from '../api/assets.js';
import { fetchPacked } from '../api/packed.js';

/** Presets whose answer `cargo xtask pretrain` keeps beside the weights. */
const KNOWN = Object.freeze(['mini-2']);

/**
 * @param {Pick<import('../store.js').State, 'preset' | 'spec' | 'weights'>} wish what the page opens with
 * @returns {Promise<{ mu: Float32Array, logvar: Float32Array } | null>} n×2 each; null where only the engine can tell, or the file cannot be had
 */
export async function knownPosteriors({ preset, spec, weights }) {
  if (spec || weights === 'random' || !KNOWN.includes(preset)) return null;
  try {
    const { mu, logvar } = JSON.parse(new TextDecoder().decode(await fetchPacked(pretrainedPosteriorsUrl(preset))));
    return { mu: Float32Array.from(mu.flat()), logvar: Float32Array.from(logvar.flat()) };
  } catch {
    // The engine makes the same a little later.
    return null;
  }
}
