// A spec while it is edited: every change gives another spec, and none of them need be one that can be built.

/** @typedef {import('../api/types.js').VaeSpec} VaeSpec */
/** @typedef {import('../api/types.js').Layer} Layer */
/** @typedef {'encoder' | 'decoder'} Side */

/** The kinds of layers, with what a new one begins as. */
export const NEW_LAYERS = Object.freeze({
  linear: { type: 'linear', units: 256, activation: 'relu' },
  conv2d: { type: 'conv2d', channels: 32, kernel: 3, stride: 2, padding: 1, activation: 'relu' },
  conv_transpose2d: { type: 'conv_transpose2d', channels: 32, kernel: 4, stride: 2, padding: 1, outputPadding: 0, activation: 'relu' },
  reshape: { type: 'reshape', channels: 16, height: 7, width: 7 },
  flatten: { type: 'flatten' },
});

/** @typedef {keyof typeof NEW_LAYERS} Kind */

export const ACTIVATIONS = /** @type {const} */ (['identity', 'relu', 'leaky_relu', 'tanh', 'sigmoid', 'softplus', 'gelu', 'silu', 'elu']);

/** The numbers of each kind, in the order of their fields. */
export const NUMBERS = Object.freeze({
  linear: /** @type {const} */ (['units']),
  conv2d: /** @type {const} */ (['channels', 'kernel', 'stride', 'padding']),
  conv_transpose2d: /** @type {const} */ (['channels', 'kernel', 'stride', 'padding', 'outputPadding']),
  reshape: /** @type {const} */ (['channels', 'height', 'width']),
  flatten: /** @type {const} */ ([]),
});

/**
 * @param {VaeSpec} spec
 * @param {Side} side
 * @param {number} at
 * @param {number} removed
 * @param {...Layer} added
 * @returns {VaeSpec}
 */
function spliced(spec, side, at, removed, ...added) {
  return { ...spec, [side]: spec[side].toSpliced(at, removed, ...added) };
}

/**
 * A layer more, at the place `at`: like its neighbour in front where there is one.
 * @param {VaeSpec} spec
 * @param {Side} side
 * @param {number} at
 * @returns {VaeSpec}
 */
export function inserted(spec, side, at) {
  const before = spec[side][at - 1];
  const like = before?.type === 'linear' || before?.type === 'conv2d' ? { ...before } : { ...NEW_LAYERS.linear };
  return spliced(spec, side, at, 0, /** @type {Layer} */ (like));
}

/**
 * @param {VaeSpec} spec
 * @param {Side} side
 * @param {number} at
 * @returns {VaeSpec}
 */
export function removed(spec, side, at) {
  return spliced(spec, side, at, 1);
}

/**
 * @param {VaeSpec} spec
 * @param {Side} side
 * @param {number} at
 * @param {Partial<Layer>} changes another `type` begins afresh
 * @returns {VaeSpec}
 */
export function changed(spec, side, at, changes) {
  const before = spec[side][at];
  const afresh = changes.type !== undefined && changes.type !== before.type;
  const base = afresh ? NEW_LAYERS[/** @type {Kind} */ (changes.type)] : before;
  return spliced(spec, side, at, 1, { .../** @type {Layer} */ (base), ...changes });
}

/**
 * The shape that comes out of each layer, as words; empty where the engine has not said it.
 * @param {VaeSpec} spec
 * @param {Side} side
 * @param {import('../api/types.js').SpecDescription | null} description
 * @returns {string[]}
 */
export function shapeWords(spec, side, description) {
  /** @type {number[] | null} */
  let shape = null;
  return spec[side].map((layer, i) => {
    const known = description?.[side].find(({ index }) => index === i);
    if (known) shape = [...known.output];
    else if (layer.type === 'reshape') shape = [layer.channels ?? 0, layer.height ?? 0, layer.width ?? 0];
    else if (shape) shape = [shape.reduce((product, n) => product * n, 1), 1, 1];
    if (!description || !shape) return '';
    return shape[1] === 1 && shape[2] === 1 ? String(shape[0]) : shape.join('×');
  });
}

/**
 * The place of the engine's complaint that the editor has a control for: the setting, its layer, or its side.
 * @param {string} at such as `encoder[0].units`
 * @returns {string[]} from the most exact place on
 */
export function places(at) {
  const layer = at.replace(/\.\w+$/, '');
  return [...new Set([at, layer, layer.replace(/\[\d+\]$/, '')])];
}
