// The film that is exported is a GIF that others can read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gifOf } from '../../www/js/labs/shared/gif.js';

/** The library as npm leaves it, which has no types. */
const gifenc = await import(new URL('../../node_modules/gifenc/dist/gifenc.esm.js', import.meta.url).href);

/**
 * The blocks of a GIF89a file.
 * @param {Uint8Array} bytes
 */
function read(bytes) {
  const word = (/** @type {number} */ at) => bytes[at] | (bytes[at + 1] << 8);
  const found = { header: String.fromCharCode(...bytes.subarray(0, 6)), width: word(6), height: word(8), frames: 0, delays: /** @type {number[]} */ ([]), loops: -1, ended: false };
  const table = (/** @type {number} */ flags) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const skip = (/** @type {number} */ at) => {
    while (bytes[at] !== 0) at += bytes[at] + 1;
    return at + 1;
  };
  let at = 13 + table(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === 0x3b) return { ...found, ended: at === bytes.length - 1 };
    if (bytes[at] === 0x2c) {
      found.frames++;
      at = skip(at + 10 + table(bytes[at + 9]) + 1);
      continue;
    }
    assert.equal(bytes[at], 0x21, `a block begins at ${at}`);
    if (bytes[at + 1] === 0xf9) found.delays.push(word(at + 4) * 10);
    if (bytes[at + 1] === 0xff) found.loops = word(at + 16);
    at = skip(at + 2);
  }
  return found;
}

test('a film has its frames, size and delays, and goes on for ever', () => {
  const frames = Float32Array.from({ length: 3 * 784 }, (_, i) => (i % 784) / 783);
  const bytes = gifOf(gifenc, frames, { scale: 2, delay: (n) => (n === 0 ? 600 : 60) });
  assert.deepEqual(read(bytes), { header: 'GIF89a', width: 56, height: 56, frames: 3, delays: [600, 60, 60], loops: 0, ended: true });
});

test('a grey is written as that grey; what is outside of [0, 1] is cut off', () => {
  const written = /** @type {Uint8Array[]} */ ([]);
  const library = {
    GIFEncoder: () => ({ writeFrame: (/** @type {Uint8Array} */ index) => void written.push(index), finish() {}, bytes: () => new Uint8Array() }),
  };
  gifOf(library, Float32Array.from({ length: 784 }, (_, i) => [-1, 0.5, 2][i % 3]), { scale: 1, delay: () => 20 });
  assert.deepEqual([...written[0].subarray(0, 3)], [0, 128, 255]);
});
