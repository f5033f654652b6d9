// Where the training stands, in numbers.

import { h, showNumber } from '../dom.js';

/** @typedef {Readonly<import('../store.js').State>} State */

const whole = (/** @type {number} */ value) => String(Math.round(value));
const nats = (/** @type {number} */ value) => value.toFixed(2).replace('-', '−');
const rate = (/** @type {number} */ value) => (value < 10 ? value.toFixed(1) : whole(value));

/** @param {import('../api/types.js').Losses | null} losses */
const elbo = (losses) => losses && -(losses.recon + losses.kl);

/**
 * @type {readonly { id: string, name: import('../dom.js').TextKey, tint?: string, value: (state: State) => number | null, format: (value: number) => string }[]}
 */
const METRICS = [
  { id: 'epoch', name: 'metric.epoch', value: (state) => state.epoch, format: whole },
  { id: 'step-count', name: 'metric.step', value: (state) => state.step, format: whole },
  { id: 'steps-per-second', name: 'metric.rate', value: (state) => state.stepsPerSecond, format: rate },
  { id: 'images-per-second', name: 'metric.images', value: (state) => state.stepsPerSecond * state.batchSize, format: whole },
  { id: 'loss-elbo', name: 'metric.elbo', tint: 'elbo', value: (state) => elbo(state.train), format: nats },
  { id: 'loss-recon', name: 'metric.recon', tint: 'xhat', value: (state) => state.train?.recon ?? null, format: nats },
  { id: 'loss-kl', name: 'metric.kl', tint: 'z', value: (state) => state.train?.kl ?? null, format: nats },
  { id: 'test-elbo', name: 'metric.testElbo', tint: 'elbo', value: (state) => elbo(state.test), format: nats },
];

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const shown = METRICS.map((metric) => {
    const number = h('dd', { 'data-testid': metric.id, class: metric.tint ? `var ${metric.tint}` : '' });
    element.append(h('div', { class: 'metric' }, h('dt', { text: metric.name }), number));
    return { ...metric, number };
  });
  store.watch(['epoch', 'step', 'stepsPerSecond', 'batchSize', 'train', 'test'], (state) => {
    for (const { number, value, format } of shown) showNumber(number, value(state), format);
  });
}
