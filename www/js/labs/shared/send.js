// A code that a lab has found goes to the page above.

/**
 * @param {import('../../engine/engine.js').Engine} engine
 * @param {Float32Array} z one code
 * @param {number} label its class, which a conditional model decodes it with
 */
export function send(engine, z, label) {
  engine.setZ(z);
  // The class is changed for the drawing too, which must not bring its own code back.
  if (engine.model.conditional) void engine.setLabel(label).then(() => engine.setZ(z));
}
