// A moment of training from nothing, after which everything is as it was.

import { wait } from './shows.js';

/** How long the network is watched as it learns. */
const MOMENT_MS = 12_000;

/**
 * @param {import('./shows.js').Stage} stage
 * @returns {Promise<() => Promise<void>>} brings the model back that was there
 */
export async function rehearse({ store, engine, signal }) {
  const kept = await engine.keep();
  if (!kept) return async () => {};
  const putBack = async () => void (await engine.putBack(kept));
  if (signal.aborted || !(await engine.reset())) return putBack;
  void engine.train();
  // The first time the dataset is fetched; the moment begins with the first step.
  while (!signal.aborted && store.state.run !== 'idle' && store.state.step === 0) await wait(100, signal);
  await wait(MOMENT_MS, signal);
  await engine.pause();
  return putBack;
}
