// One unit's weights as pictures: what goes into it in the encoder, what comes out of it in the decoder. Where products
// lie between it and the pixels, theirs are multiplied: what the unit sums up, were no activation in between.

import { blockOf, layOut } from './block.js';

/** @typedef {import('./api/types.js').LayerInfo} LayerInfo */
/** @typedef {import('./api/types.js').Tensor} Tensor */

/**
 * @typedef {object} WeightPicture
 * @property {'pixels' | 'near' | 'kernels'} kind pixels of the image; units of the layer beside; kernels of a convolution
 * @property {Float32Array} values height×width
 * @property {number} width
 * @property {number} height
 */

/** Pixels of a picture; what a conditional model has behind them is no part of it. */
const SIDE = 28;
const PIXELS = SIDE * SIDE;

/**
 * The layers whose weights the pictures of a layer's units are made of, the nearest first.
 * @param {readonly LayerInfo[]} layers
 * @param {number} layer
 * @returns {number[]} its own and those before it in the encoder, those behind it in the decoder
 */
export function involved(layers, layer) {
  const { half } = layers[layer];
  const step = half === 'encoder' ? -1 : 1;
  const found = [];
  for (let i = half === 'encoder' ? layer : layer + 1; layers[i]?.half === half; i += step) {
    found.push(i);
    // A convolution shows its kernels; what lies beyond it is no plain product.
    if (layers[i].kind !== 'linear') break;
  }
  return found;
}

/**
 * @param {readonly LayerInfo[]} layers
 * @param {number} layer
 * @param {number} unit
 * @param {readonly Tensor[]} tensors of `involved`, in its order
 * @returns {WeightPicture[]}
 */
export function picturesOf(layers, layer, unit, tensors) {
  const chain = involved(layers, layer);
  const encoder = layers[layer].half === 'encoder';
  const [near] = chain;
  if (layers[near].kind !== 'linear') return [kernels(layers[layer], unit, tensors[0])];
  /** @type {Float32Array} */
  let values = encoder ? row(tensors[0], unit) : column(tensors[0], unit);
  /** @type {WeightPicture[]} */
  const pictures = [];
  const beside = encoder ? layers[near - 1]?.output : layers[near].output;
  const lastOne = encoder ? near === 0 : near === layers.length - 1;
  if (!lastOne) pictures.push(inBlock('near', beside, values));
  let reached = near;
  for (const [i, index] of chain.slice(1).entries()) {
    if (layers[index].kind !== 'linear') break;
    values = encoder ? rowTimes(values, tensors[i + 1]) : timesColumn(tensors[i + 1], values);
    reached = index;
  }
  const atPixels = encoder ? reached === 0 : reached === layers.length - 1;
  if (atPixels && values.length >= PIXELS) pictures.push({ kind: 'pixels', values: values.slice(0, PIXELS), width: SIDE, height: SIDE });
  return pictures;
}

/**
 * @param {LayerInfo} layer whose unit it is
 * @param {number} unit
 * @param {Tensor} tensor [small, large, kernel, kernel]
 * @returns {WeightPicture} the kernels that a channel is made with, or from which it is drawn on
 */
function kernels(layer, unit, { shape: [small, large, side], values }) {
  const area = side * side;
  // A convolution puts out the small channels; a transposed one takes them in. A unit of a product that is read as an
  // image belongs to one of its channels.
  const { channels } = layer.output;
  const channel = channels === small ? unit : Math.floor((unit * small) / channels);
  const one = values.slice(channel * large * area, (channel + 1) * large * area);
  return inBlock('kernels', { channels: large, height: side, width: side }, one);
}

/**
 * @param {WeightPicture['kind']} kind
 * @param {import('./api/types.js').ImageShape} shape
 * @param {Float32Array} values
 * @returns {WeightPicture}
 */
function inBlock(kind, shape, values) {
  const block = blockOf(shape);
  return { kind, values: layOut(block, values), width: block.width, height: block.height };
}

/**
 * @param {Tensor} tensor [outputs, inputs]
 * @param {number} i
 */
function row({ shape: [, inputs], values }, i) {
  return values.slice(i * inputs, (i + 1) * inputs);
}

/**
 * @param {Tensor} tensor [outputs, inputs]
 * @param {number} j
 */
function column({ shape: [outputs, inputs], values }, j) {
  return Float32Array.from({ length: outputs }, (_, i) => values[i * inputs + j]);
}

/**
 * @param {Float32Array} left outputs
 * @param {Tensor} tensor [outputs, inputs]
 * @returns {Float32Array} inputs
 */
function rowTimes(left, { shape: [outputs, inputs], values }) {
  const sum = new Float32Array(inputs);
  for (let i = 0; i < outputs; i++) for (let j = 0; j < inputs; j++) sum[j] += left[i] * values[i * inputs + j];
  return sum;
}

/**
 * @param {Tensor} tensor [outputs, inputs]
 * @param {Float32Array} right inputs
 * @returns {Float32Array} outputs
 */
function timesColumn({ shape: [outputs, inputs], values }, right) {
  const sum = new Float32Array(outputs);
  for (let i = 0; i < outputs; i++) for (let j = 0; j < inputs; j++) sum[i] += values[i * inputs + j] * right[j];
  return sum;
}
