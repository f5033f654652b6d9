// Milliseconds per training step with several workers, through the public API.

/** Runs in the page: rounds of all in turn, since the machine is not always equally quick.
 * @param {{ preset: string, batchSize: number, counts: number[], rounds: number, ms: number }} options */
export async function measureWorkers({ preset, batchSize, counts, rounds, ms }) {
  const { Vae } = await import(new URL('./js/api/vae.js', location.href).href);
  const images = new Uint8Array(16384 * 784);
  let state = 1;
  for (let i = 0; i < images.length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    images[i] = state >>> 29 === 0 ? state >>> 16 : 0;
  }
  const each = [];
  for (const workers of counts) {
    const vae = await Vae.create({ model: preset, weights: 'random', backend: 'cpu', workers, seed: 1 });
    const run = vae.train({ images }, { batchSize, seed: 1, paused: true });
    const entry = { workers, used: 0, simd: vae.backend.simd, vae, run, step: 0, times: /** @type {number[]} */ ([]) };
    void (async () => {
      for await (const { step } of run) entry.step = step;
    })();
    each.push(entry);
  }
  const wait = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));
  for (let round = 0; round <= rounds; round += 1) {
    for (const entry of each) {
      await entry.run.resume();
      await wait(300);
      const [began, step] = [performance.now(), entry.step];
      await wait(ms);
      const [steps, time] = [entry.step - step, performance.now() - began];
      await entry.run.pause();
      await wait(50);
      if (round > 0) entry.times.push(time / steps);
      entry.used = entry.vae.backend.workers;
    }
  }
  return each.map(({ vae, workers, used, simd, times }) => {
    vae.dispose();
    times.sort((a, b) => a - b);
    return { preset, batch: batchSize, workers, used, simd, ms_per_step: times[times.length >> 1], ms_min: times[0], ms_max: times[times.length - 1] };
  });
}
