// Types as a program that uses the package sees them. Each `@ts-expect-error` stands above what must not compile.

import { Vae, VaeError, loadMnist, parseIdx, preprocessDrawing, presets, type BackendInfo, type TrainEvent, type VaeErrorCode, type VaeSpec } from 'vae-playground';
import { VaePlayground } from 'vae-playground/element';
import { Vae as WithinVae } from 'vae-playground/inline';

const spec: VaeSpec = {
  input: { channels: 1, height: 28, width: 28 },
  encoder: [{ type: 'linear', units: 64, activation: 'relu' }],
  latent: 2,
  decoder: [{ type: 'linear', units: 64, activation: 'relu' }],
  likelihood: { type: 'bernoulli' },
};

export async function use(signal: AbortSignal): Promise<number> {
  const vae: Vae = await Vae.create({
    model: spec, backend: 'cpu', seed: 1, weights: 'random', workers: 'auto',
    onProgress: (loaded: number, total: number | null) => void [loaded, total],
  });
  const backend: BackendInfo = vae.backend;
  const { mu, logvar }: { mu: Float32Array; logvar: Float32Array } = await vae.encode(new Float32Array(784));
  const pixels: Float32Array = await vae.decode(mu);
  const { recon, kl } = await vae.elbo(pixels, { samples: 2, seed: 1 });
  const likelihood: Float64Array = await vae.logLikelihood(pixels, { k: 10 });
  const mnist = await loadMnist({ baseUrl: 'https://example.org/mnist/' });
  let last: TrainEvent | undefined;
  for await (const event of vae.train(mnist, { epochs: 1, optimizer: 'adam', signal })) last = event;
  await vae.setHyperparameters({ beta: 2 });
  const saved: Uint8Array = await vae.save();
  await vae.load(saved);
  const drawing = await preprocessDrawing(new Float32Array(100), 10, 10);
  const { dims }: { dims: number[] } = await parseIdx(saved);
  // @ts-expect-error an optimiser that does not exist
  vae.train(mnist, { optimizer: 'lion' });
  // @ts-expect-error a plain array is no Float32Array
  await vae.encode([0, 1]);
  // @ts-expect-error neither a folder nor files is no way to say where MNIST lies
  await loadMnist(17);
  vae.dispose();
  return logvar.length + recon.length + kl.length + likelihood.length + (last?.loss ?? 0) + dims.length + drawing.pixels.length + backend.workers;
}

export function explain(thrown: unknown): VaeErrorCode | null {
  return thrown instanceof VaeError ? thrown.code : null;
}

export const names: readonly string[] = presets.map(({ name }) => name);
export const within: typeof Vae = WithinVae;

export async function show(element: VaePlayground): Promise<Vae> {
  element.view = 'train';
  element.model = spec;
  await element.draw([[0.2, 0.2, 0.8, 0.8]]);
  return element.vae;
}

export async function make(): Promise<Vae | undefined> {
  const element: VaePlayground = document.createElement('vae-playground');
  element.view = 'map';
  // @ts-expect-error a view that does not exist
  element.view = 'none';
  return document.querySelector('vae-playground')?.vae;
}
