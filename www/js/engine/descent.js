// Repair by gradient descent on z: the code whose picture, damaged the same way, is what is observed, and that is likely
// of itself. The energy is −log p(y|z) − log p(z), so its minimum is the most probable code (MAP).

import { PIXELS } from './damage.js';

/** Adam (Kingma & Ba, 2015), with the step that suits codes of unit variance. */
const ADAM = Object.freeze({ rate: 0.08, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 });

/**
 * What makes `latentGradient` give Jᵀ g, J being how the decoder's picture changes with z. It gives Jₗᵀ (w ⊙ d) for
 * weights w, with d = x̂ − t on the logits of a Bernoulli decoder and (x̂ − t)/σ² on the means of a Gaussian one.
 * @param {Float32Array} gradient n×784, of any loss with respect to the pictures
 * @param {Float32Array} pictures n×784, decoded
 * @param {import('../api/types.js').VaeSpec['likelihood']} likelihood
 * @returns {{ targets: Float32Array, weights: Float32Array }} n×784 each
 */
export function pulledBack(gradient, pictures, likelihood) {
  if (likelihood.type === 'bernoulli') {
    // g · dx̂/dlogit = g · x̂ (1 − x̂), which is g (1 − x̂) times what a target of 0 gives.
    return { targets: new Float32Array(gradient.length), weights: gradient.map((g, i) => g * (1 - pictures[i])) };
  }
  // The farther of 0 and 1 is the target, so that nothing is divided by next to nothing.
  const targets = pictures.map((value) => (value < 0.5 ? 1 : 0));
  const variance = likelihood.sigma ** 2;
  return { targets, weights: gradient.map((g, i) => (g * variance) / (pictures[i] - targets[i])) };
}

/**
 * @param {import('./damage.js').Damaged} problem
 * @param {Float32Array} picture 784
 * @returns {{ energy: number, gradient: Float32Array }} ‖y − A x̂‖²/(2σ²) in nats, and its gradient with respect to x̂
 */
export function misfit({ observed, operator, sigma }, picture) {
  const residual = operator.forward(picture).map((value, i) => value - observed[i]);
  const energy = residual.reduce((sum, value) => sum + value * value, 0) / (2 * sigma * sigma);
  return { energy, gradient: operator.adjoint(residual).map((value) => value / (sigma * sigma)) };
}

/**
 * Where the descent stands, all starts one after the other.
 * @typedef {object} Standing
 * @property {number} step
 * @property {Float32Array} pictures n×784
 * @property {Float64Array} energies n, in nats
 * @property {number} best the start whose energy is least
 */

/**
 * @param {import('./model.js').Model} model
 * @param {import('./damage.js').Damaged} problem
 * @param {{ z: Float32Array, label: number, prior: boolean }} from starting codes, n×latent; without the prior any code is as good
 */
export function descent(model, problem, { z, label, prior }) {
  const { spec } = model;
  const { latent, likelihood } = spec;
  const n = z.length / latent;
  const labels = new Uint8Array(n).fill(label);
  const repeat = (/** @type {Float32Array} */ one) => Float32Array.from({ length: n * PIXELS }, (_, i) => one[i % PIXELS]);
  const [first, second] = [new Float64Array(z.length), new Float64Array(z.length)];
  let code = z.slice();
  let step = 0;
  /** @type {Float32Array | null} */
  let slope = null;

  const observe = async () => {
    const pictures = await model.decode(code, labels);
    const energies = new Float64Array(n);
    if (problem.kind === 'hole') {
      // The model's own likelihood of the pixels that are known.
      const { recon, dz } = await model.latentGradient(code, repeat(problem.observed), repeat(/** @type {Float32Array} */ (problem.mask)), labels);
      energies.set(recon);
      slope = dz;
    } else {
      const gradient = new Float32Array(n * PIXELS);
      for (let i = 0; i < n; i++) {
        const one = misfit(problem, pictures.subarray(i * PIXELS, (i + 1) * PIXELS));
        energies[i] = one.energy;
        gradient.set(one.gradient, i * PIXELS);
      }
      const { targets, weights } = pulledBack(gradient, pictures, likelihood);
      ({ dz: slope } = await model.latentGradient(code, targets, weights, labels));
    }
    if (prior) {
      slope = slope.map((value, j) => value + code[j]);
      code.forEach((value, j) => void (energies[Math.floor(j / latent)] += (value * value) / 2));
    }
    return { step, pictures, energies, best: energies.indexOf(Math.min(...energies)) };
  };

  return {
    /** Whose codes these are. */
    spec,

    /** @returns {Promise<Standing>} the starts, or what one more step makes of them */
    async next() {
      if (slope) {
        step++;
        const { rate, beta1, beta2, epsilon } = ADAM;
        const [bias1, bias2] = [1 - beta1 ** step, 1 - beta2 ** step];
        code = code.map((value, j) => {
          const g = /** @type {Float32Array} */ (slope)[j];
          first[j] = beta1 * first[j] + (1 - beta1) * g;
          second[j] = beta2 * second[j] + (1 - beta2) * g * g;
          return value - (rate * (first[j] / bias1)) / (Math.sqrt(second[j] / bias2) + epsilon);
        });
      }
      return observe();
    },

    /**
     * @param {number} start
     * @returns {Float32Array} latent
     */
    code: (start) => code.slice(start * latent, (start + 1) * latent),
  };
}
