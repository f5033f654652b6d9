// What callers hand over, looked at before it travels: a wrong type or an unknown option is refused by name.

import { VaeError } from './errors.js';

/**
 * @param {string} what the call
 * @param {unknown} given its options
 * @param {readonly string[]} known
 * @throws {VaeError} `invalid-argument` that names the first option that is not known
 */
export function checkOptions(what, given, known) {
  if (given === null || typeof given !== 'object') throw new VaeError('invalid-argument', `${what}: expected an object of options`);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new VaeError('invalid-argument', `${unknown}: no option of ${what}; known: ${known.join(', ')}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {Float32Array}
 * @throws {VaeError} `invalid-argument` for anything but a Float32Array
 */
export function floats(name, value) {
  if (!(value instanceof Float32Array)) throw new VaeError('invalid-argument', `${name}: expected a Float32Array`);
  // A view takes all that it is a view of along to the worker.
  return value.byteLength < value.buffer.byteLength ? value.slice() : value;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {Float32Array | undefined}
 */
export function optionalFloats(name, value) {
  return value === undefined ? undefined : floats(name, value);
}

/**
 * Classes as the engine takes them.
 * @param {unknown} value Uint8Array or an array of whole numbers
 * @returns {Uint8Array | undefined}
 * @throws {VaeError} `invalid-argument` for anything else; which classes there are, the engine knows
 */
export function labelsOf(value) {
  if (value === undefined || value instanceof Uint8Array) return value;
  if (!Array.isArray(value)) throw new VaeError('invalid-argument', 'labels: expected a Uint8Array or an array of numbers');
  const wrong = value.find((label) => !(Number.isInteger(label) && label >= 0 && label <= 255));
  if (wrong !== undefined) throw new VaeError('invalid-argument', `labels: found ${String(wrong)}, expected whole numbers from 0 to 255`);
  return Uint8Array.from(value);
}

/**
 * How many rows of `width` there are in `values`.
 * @param {string} name
 * @param {Float32Array} values
 * @param {number} width
 * @returns {number}
 * @throws {VaeError} `invalid-argument` for none and for a part of one
 */
export function rowsOf(name, values, width) {
  const rows = values.length / width;
  if (rows >= 1 && Number.isInteger(rows)) return rows;
  throw new VaeError('invalid-argument', `${name}: ${values.length} values, expected a multiple of ${width} and at least one row`);
}
