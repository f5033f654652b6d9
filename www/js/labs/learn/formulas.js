// The equations in LaTeX, with the places of their terms and of their live numbers.

/** @typedef {'x' | 'mu' | 'sigma' | 'eps' | 'z' | 'xhat' | 'recon' | 'kl' | 'beta' | 'encoder' | 'decoder'} Term */

/** Each term: its sign as text, the class that colours it, and where on the page it is.
 * @type {Record<Term, { sign: string, tint: string, place: import('./places.js').Place }>} */
export const TERMS = {
  x: { sign: 'x', tint: 'x', place: 'x' },
  mu: { sign: 'μ', tint: 'mu', place: 'mu' },
  sigma: { sign: 'σ', tint: 'sigma', place: 'sigma' },
  eps: { sign: 'ε', tint: 'plain', place: 'space' },
  z: { sign: 'z', tint: 'z', place: 'z' },
  xhat: { sign: 'x̂', tint: 'xhat', place: 'xhat' },
  recon: { sign: '−log p', tint: 'xhat', place: 'output' },
  kl: { sign: 'KL', tint: 'z', place: 'mu' },
  beta: { sign: 'β', tint: 'plain', place: 'beta' },
  encoder: { sign: 'f', tint: 'plain', place: 'encoder' },
  decoder: { sign: 'g', tint: 'plain', place: 'decoder' },
};

/** What a formula writes for each term.
 * @param {Term} term
 * @param {string} latex */
const term = (term, latex) => `\\htmlData{term=${term}}{\\htmlClass{${TERMS[term].tint}}{${latex}}}`;

/** @type {Record<string, string>} */
export const MACROS = {
  '\\X': term('x', 'x'),
  '\\M': term('mu', '\\mu'),
  '\\S': term('sigma', '\\sigma'),
  '\\E': term('eps', '\\varepsilon'),
  '\\Z': term('z', 'z'),
  '\\R': term('xhat', '\\hat{x}'),
  '\\B': term('beta', '\\beta'),
  '\\F': term('encoder', 'f_\\phi'),
  '\\G': term('decoder', 'g_\\theta'),
  '\\KL': term('kl', '\\mathrm{KL}'),
  '\\REC': term('recon', '-\\log p_\\theta(x \\mid z)'),
};

/**
 * A live number.
 * @param {string} name
 * @param {string} tint
 */
const slot = (name, tint) => `\\htmlData{slot=${name}}{\\htmlClass{${tint}}{0.00}}`;

/**
 * @typedef {object} Formula
 * @property {import('../../dom.js').TextKey} title
 * @property {string} latex
 * @property {string} [numbers] the same with live numbers
 * @property {import('../../dom.js').TextKey} [of] what the numbers are of
 * @property {readonly Term[]} terms
 */

const BERNOULLI = '\\REC = -\\sum_i \\big[ \\X_i \\log \\R_i + (1 - \\X_i) \\log (1 - \\R_i) \\big]';
const GAUSSIAN = '\\REC = \\sum_i \\frac{(\\X_i - \\R_i)^2}{2 s^2} + \\tfrac{1}{2} \\log 2\\pi s^2';

/**
 * @param {import('../../api/types.js').VaeSpec} spec
 * @returns {readonly Formula[]}
 */
export function formulas({ likelihood }) {
  const grey = likelihood.type === 'gaussian';
  return [
    {
      title: 'eq.encode', latex: '\\M,\\ \\log \\S^2 = \\F(\\X)', terms: ['x', 'encoder', 'mu', 'sigma'],
      numbers: `\\M = ${slot('mu', 'mu')} \\quad \\S = ${slot('sigma', 'sigma')}`, of: 'eq.dim',
    },
    {
      title: 'eq.sample', latex: '\\Z = \\M + \\S \\odot \\E,\\quad \\E \\sim \\mathcal{N}(0, I)', terms: ['mu', 'sigma', 'eps', 'z'],
      numbers: `${slot('z', 'z')} = ${slot('mu', 'mu')} + ${slot('sigma', 'sigma')} \\cdot ${slot('eps', 'plain')}`, of: 'eq.dim',
    },
    {
      title: 'eq.decode', latex: grey ? '\\R = \\G(\\Z)' : '\\R = \\operatorname{sigmoid}(\\G(\\Z))', terms: ['z', 'decoder', 'xhat'],
    },
    {
      title: 'eq.recon', latex: grey ? GAUSSIAN : BERNOULLI, terms: ['x', 'xhat', 'recon'],
      numbers: `\\REC = ${slot('recon', 'xhat')}\\ \\text{nat}`,
    },
    {
      title: 'eq.kl', latex: '\\KL = \\tfrac{1}{2} \\sum_j \\big( \\M_j^2 + \\S_j^2 - 1 - \\log \\S_j^2 \\big)', terms: ['mu', 'sigma', 'kl'],
      numbers: `\\KL = ${slot('kl', 'z')}\\ \\text{nat}`, of: 'eq.total',
    },
    {
      title: 'eq.loss', latex: '\\mathcal{L} = \\REC + \\B \\cdot \\KL', terms: ['recon', 'beta', 'kl'],
      numbers: `${slot('loss', 'plain')} = ${slot('recon', 'xhat')} + ${slot('beta', 'plain')} \\cdot ${slot('kl', 'z')}`,
    },
  ];
}
