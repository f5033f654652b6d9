// Which preset a spec is, if any.

import { OWN_MODEL } from './state/model.js';

/** @typedef {import('./api/types.js').VaeSpec} VaeSpec */

/**
 * @param {VaeSpec} spec
 * @param {readonly import('./api/types.js').Preset[]} presets
 * @param {string} likeliest where several are alike, this one
 * @returns {string}
 */
export function presetName(spec, presets, likeliest) {
  const text = canonical(spec);
  const alike = presets.filter((preset) => canonical(preset.spec) === text).map(({ name }) => name);
  return alike.includes(likeliest) ? likeliest : alike[0] ?? OWN_MODEL;
}

/**
 * The same text for the same value, whatever the order of the keys and whether defaults are written out.
 * @param {unknown} value
 * @returns {string}
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined && one !== 0);
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${key}:${canonical(one)}`).join()}}`;
}
