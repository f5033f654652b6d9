// The places of the views as they stand in index.html, for elements, which have no markup of their own. A test holds the
// two to one another.

import { h } from '../dom.js';

/**
 * Tag, attributes, and what is inside.
 * @typedef {readonly [keyof HTMLElementTagNameMap, Readonly<Record<string, string>>, ...(Branch | string)[]]} Branch
 */

/** @param {string} name @param {string} symbol @returns {Branch} */
const variable = (name, symbol) => ['i', { class: `var ${name}` }, symbol];
/** @param {string} key @returns {Branch} */
const words = (key) => ['span', { 'data-text': key }];
/** @param {string} name @param {string} [classes] @returns {Branch} */
const view = (name, classes) => ['div', classes === undefined ? { 'data-view': name } : { 'data-view': name, class: classes }];
/** @param {string} classes @param {string} part @param {...Branch} inside @returns {Branch} */
const node = (classes, part, ...inside) => ['section', { class: `node ${classes}`, 'data-part': part }, ...inside];
/** @param {...(Branch | string)} inside @returns {Branch} */
const formula = (...inside) => ['span', { class: 'formula' }, ...inside];

/** What is within the page's `main`. @type {readonly Branch[]} */
export const TEMPLATE = [
  ['div', { class: 'flow', 'data-view': 'flow' },
    node('draw', 'draw',
      ['h2', { 'data-text': 'draw.title' }],
      view('sketchpad', 'pad-box'),
      view('pen'),
      view('examples', 'examples'),
      ['div', { class: 'input', 'data-part': 'input' },
        ['h3', {}, variable('x', 'x'), ' ', words('input.title')],
        view('model-input', 'input-view')]),
    node('encoder', 'encoder',
      ['h2', {}, words('encoder.title'), ' ', formula(variable('mu', 'μ'), ', ', variable('sigma', 'σ'), ' = ', ['i', {}, 'f'], '(', variable('x', 'x'), ')')],
      view('encoder'),
      view('encoder-unit'),
      view('posterior', 'posterior')),
    node('space', 'latent',
      ['div', { class: 'space-head' },
        ['h2', {}, words('latent.title'), ' ', formula(variable('z', 'z'), ' = ', variable('mu', 'μ'), ' + ', variable('sigma', 'σ'), ' · ', ['i', {}, 'ε'])],
        view('map-tools', 'map-tools')],
      ['div', { class: 'space-box' },
        ['div', { class: 'map-side' }, view('map', 'map'), view('map-legend', 'map-legend'), view('replay', 'replay')],
        view('latent', 'latent')]),
    node('decoder', 'decoder',
      ['h2', {}, words('decoder.title'), ' ', formula(['i', {}, 'g'], '(', variable('z', 'z'), ')')],
      view('decoder'),
      view('decoder-unit')),
    node('output', 'output',
      ['h2', {}, variable('xhat', 'x̂'), ' ', words('output.title')],
      view('reconstruction', 'xhat-box'),
      view('difference', 'difference'),
      view('quality')),
    ['div', { 'data-view': 'wires', class: 'wires', 'aria-hidden': 'true' }]],
  ['div', { class: 'lower', 'data-part': 'console' },
    view('tabs', 'tabs'),
    ['div', { class: 'lab console', 'data-lab': 'train', 'data-part': 'train' },
      ['section', { class: 'panel training' }, view('run-buttons', 'run-buttons'), view('controls', 'controls'), view('data'), view('weights', 'weights')],
      ['section', { class: 'panel curves', 'data-part': 'chart' },
        ['dl', { 'data-view': 'metrics', class: 'metrics' }],
        view('progress', 'progress'),
        ['div', { class: 'views' }, view('chart', 'chart'), view('dimensions', 'dimensions')]],
      ['section', { class: 'panel imagined', 'data-part': 'samples' },
        ['h2', { 'data-text': 'fixed.title' }],
        view('fixed-digits'),
        view('samples', 'samples')]]],
];

/**
 * The branches that hold views of these names, and nothing else.
 * @param {readonly Branch[]} branches
 * @param {ReadonlySet<string>} names
 * @returns {Branch[]}
 */
export function only(branches, names) {
  return branches.flatMap((branch) => {
    if (!holds(branch, names)) return [];
    const [tag, attributes, ...inside] = branch;
    // What holds no view goes along with what does: titles.
    const kept = inside.filter((one) => typeof one === 'string' || !viewsIn(one) || holds(one, names));
    return [/** @type {Branch} */ ([tag, attributes, ...kept.flatMap((one) => (typeof one === 'string' || !viewsIn(one) ? [one] : only([one], names)))])];
  });
}

/** @param {Branch} branch @returns {boolean} */
function viewsIn([, attributes, ...inside]) {
  return 'data-view' in attributes || inside.some((one) => typeof one !== 'string' && viewsIn(one));
}

/** @param {Branch} branch @param {ReadonlySet<string>} names @returns {boolean} */
function holds([, attributes, ...inside], names) {
  return names.has(attributes['data-view'] ?? '') || inside.some((one) => typeof one !== 'string' && holds(one, names));
}

/** @param {Branch} branch @returns {HTMLElement} */
export function build([tag, attributes, ...inside]) {
  return h(tag, attributes, ...inside.map((one) => (typeof one === 'string' ? one : build(one))));
}
