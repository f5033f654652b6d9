// Where a training step's time goes: its kernels, summed by what they do.

import { checkOptions } from './arguments.js';

/** @typedef {{ kernel: string, count: number, ms: number, share: number }} ProfilePart kernels of one name in a step, and their part of it */
/**
 * @typedef {object} Profile
 * @property {'cpu' | 'webgpu'} kind the backend that was measured
 * @property {number} steps that were measured
 * @property {number} ms of a step
 * @property {ProfilePart[]} parts the longest first
 */

/** How many steps are measured, and of which training: settings as for `train`.
 * @typedef {{ steps?: number, settings?: import('./types.js').TrainSettings }} ProfileOptions */

/**
 * A few steps are made on the dataset that the model was given, by one worker, and each kernel is timed, on a GPU by its own clock.
 * Weights stay as they are, and a run goes on behind it.
 * @param {import('./client.js').Client} client
 * @param {ProfileOptions} [options]
 * @returns {Promise<Profile>} refused as `invalid-argument` without a dataset, as `unsupported` on a GPU that tells no time
 */
export async function profile(client, options = {}) {
  checkOptions('profile', options, ['steps', 'settings']);
  const { steps = 20, settings = {} } = options;
  return summed(await client.request('profile', { settings, steps }));
}

/**
 * @param {import('./types.js').StepProfile} told
 * @returns {Profile}
 */
export function summed({ kind, steps, kernels }) {
  /** @type {Map<string, ProfilePart>} */
  const parts = new Map();
  for (const { kernel, nanoseconds } of kernels) {
    const part = parts.get(kernel) ?? { kernel, count: 0, ms: 0, share: 0 };
    part.count++;
    part.ms += nanoseconds / 1e6;
    parts.set(kernel, part);
  }
  const ms = [...parts.values()].reduce((sum, part) => sum + part.ms, 0);
  // Clocks of browsers are coarse: all of it may have taken no time.
  for (const part of parts.values()) part.share = ms > 0 ? part.ms / ms : 0;
  return { kind, steps, ms, parts: [...parts.values()].sort((a, b) => b.ms - a.ms) };
}
