// What goes on inside the model: its layers, what they make of the drawing and of z, and the unit looked at closely.

/** @typedef {import('../unit-weights.js').WeightPicture} WeightPicture */

/**
 * @typedef {object} Unit
 * @property {number} layer its index among the model's layers
 * @property {number} unit of a product one of its outputs, of a convolution one of its channels
 */

/**
 * @typedef {object} InsideState
 * @property {readonly import('../api/types.js').LayerInfo[]} layers
 * @property {readonly Float32Array[]} encoderLayers what each hidden layer makes of the drawing; empty without one
 * @property {readonly Float32Array[]} decoderLayers what each hidden layer makes of z
 * @property {Unit | null} unit
 * @property {{ unit: Unit, pictures: readonly WeightPicture[] } | null} unitWeights
 */

/** @returns {InsideState} */
export function insideState() {
  return { layers: [], encoderLayers: [], decoderLayers: [], unit: null, unitWeights: null };
}
