// A model's file, from where the request says.

import { fetchBytes } from './fetching.js';
import { fetchPacked } from './packed.js';

/**
 * @param {import('./protocol.js').Checkpoint} checkpoint
 * @param {(loaded: number, total: number | null) => void} onProgress bytes of what is transferred
 * @returns {Promise<Uint8Array>}
 * @throws {import('./errors.js').VaeError} `network`
 */
export async function fetchWeights(checkpoint, onProgress) {
  if ('bytes' in checkpoint) return checkpoint.bytes;
  return checkpoint.packed ? fetchPacked(checkpoint.url, onProgress) : fetchBytes(checkpoint.url, onProgress);
}
