// VAE Playground through its public API.

import { images, tensor } from './problem.js';

/** A run's first steps start its workers and are not timed; on a GPU they compile its kernels alone. */
const WARM = { cpu: 12, webgpu: 2 };

/** Steps that arrive within so long came in one message. */
const GROUP_MS = 3;

/**
 * A checkpoint with other values in it.
 * @param {Uint8Array} bytes safetensors, F32
 */
function refill(bytes) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  for (const [name, { dtype, shape, data_offsets: at }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}`);
    const values = tensor(name, shape);
    bytes.set(new Uint8Array(values.buffer), 8 + length + at[0]);
  }
  return bytes;
}

/** @param {{ device: string, model: string, batch: number, workers: number, api: string }} options */
export async function prepare({ device, model, batch, workers, api }) {
  const { Vae } = await import(api);
  const vae = await Vae.create({ model, weights: 'random', backend: device, workers });
  await vae.load(refill(await vae.save()).buffer);
  const warm = device === 'cpu' ? WARM.cpu : WARM.webgpu;
  const settings = { batchSize: batch, optimizer: 'adam', learningRate: 1e-3, beta: 1, seed: 1 };
  const train = { images: images(batch * 64), labels: new Uint8Array(batch * 64) };
  const one = { images: images(batch), labels: new Uint8Array(batch) };
  return {
    /** @param {number} steps @param {boolean} same batch each time @returns {Promise<number[]>} its losses */
    async run(steps, same) {
      const losses = [];
      for await (const { loss } of vae.train(same ? one : train, { ...settings, steps })) losses.push(loss);
      return losses;
    },
    /** Milliseconds of a step in a run that goes on. @param {number} steps */
    async timed(steps) {
      /** Steps come several at a time: the last one of a group tells when they were done. @type {{ step: number, at: number }[]} */
      const groups = [];
      let latest = { step: 0, at: -Infinity };
      for await (const { step } of vae.train(train, { ...settings, steps: steps + warm })) {
        const at = performance.now();
        if (at - latest.at > GROUP_MS && latest.step >= warm) groups.push(latest);
        latest = { step, at };
      }
      const [first] = groups;
      return (latest.at - first.at) / (latest.step - first.step);
    },
    backend: () => vae.backend,
  };
}
