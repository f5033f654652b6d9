// One training step in slow motion: the real numbers of the drawing, then a real step.

import { openGuide } from './guide.js';
import { klPerDimension, length, loudest, show, sum } from './numbers.js';
import './words.js';

/** How long each part of the step is shown. */
const PACE_MS = 5000;

const OPTIMIZERS = { adam: 'Adam', rmsprop: 'RMSProp', sgd: 'SGD' };

/**
 * @param {HTMLElement} element
 * @param {import('../../store.js').Store} store
 * @param {import('../../engine/engine.js').Engine} engine
 */
export function openSlow(element, store, engine) {
  /** Of the drawn code: nats, and the gradient. @type {{ recon: number, dz: Float32Array } | null} */
  let found = null;
  /** Dimension that is followed. */
  let j = 0;
  let stepped = false;

  const measure = async () => {
    const { z, input } = store.state;
    found = z && input ? await engine.latentGradient(z, input) : null;
  };

  /** @type {import('./stops.js').Stop[]} */
  const stops = [
    { title: 'slow.batch', words: 'slow.batch.words', places: ['x', 'pad'] },
    {
      title: 'slow.encode', words: 'slow.encode.words', places: ['encoder'],
      act: async () => {
        const { mu, sigma } = store.state;
        if (mu && sigma) [j] = loudest(mu, sigma);
        engine.latentToMean();
      },
    },
    {
      title: 'slow.sample', words: 'slow.sample.words', places: ['space'],
      act: async () => {
        engine.sampleLatent();
        await measure();
      },
    },
    { title: 'slow.decode', words: 'slow.decode.words', places: ['decoder'] },
    { title: 'slow.loss', words: 'slow.loss.words', places: ['output'], act: measure },
    { title: 'slow.back', words: 'slow.back.words', places: ['flow'] },
    {
      title: 'slow.update', get words() {
        return stepped ? /** @type {const} */ ('slow.update.words') : 'slow.update.waiting';
      },
      places: ['run', 'curves'], tab: 'train',
      act: async () => {
        stepped = false;
        await engine.step();
        engine.latentToMean();
        stepped = true;
      },
    },
  ];

  openGuide({
    store, engine, element, stops, pace: PACE_MS, restores: false,
    texts: { label: 'slow.label', leave: 'slow.leave' },
    watched: ['mu', 'sigma', 'z', 'input', 'train', 'beta', 'learningRate', 'optimizer'],
    params: ({ batchSize, input, mu, sigma, z, beta, spec, parameterCount, learningRate, optimizer, train, lang }) => {
      const known = mu && sigma && mu.length === sigma.length ? { mu, sigma } : null;
      const kl = known && sum(klPerDimension(known.mu, known.sigma));
      const recon = found?.recon ?? null;
      return {
        batch: batchSize,
        ink: input ? input.reduce((n, value) => n + (value > 0 ? 1 : 0), 0) : 0,
        latent: spec?.latent ?? 0, dim: j + 1,
        mu: show(known?.mu[j]), sigma: show(known?.sigma[j]), z: show(z?.[j]),
        eps: show(known && z ? (z[j] - known.mu[j]) / known.sigma[j] : null),
        recon: show(recon, 1), kl: show(kl, 1), beta: String(beta),
        loss: show(recon !== null && kl !== null ? recon + beta * kl : null, 1),
        dz: show(found && length(found.dz), 1),
        optimizer: OPTIMIZERS[optimizer], parameters: parameterCount.toLocaleString(lang), lr: String(learningRate),
        batchLoss: show(train && train.recon + beta * train.kl, 1),
      };
    },
  });
}
