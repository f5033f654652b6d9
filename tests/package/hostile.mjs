// Files that nobody should trust: good ones with a few bytes changed, cut, grown or swapped, random bytes, and absurd headers.

/** Small and even enough for choosing bytes (Vigna, 2015: splitmix). @param {number} seed @returns {() => number} in [0, 1) */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {Uint8Array} good
 * @param {() => number} next
 * @returns {Uint8Array} another file
 */
export function mutated(good, next) {
  const below = (/** @type {number} */ n) => Math.floor(next() * n);
  // Most of what is read with care stands at the beginning.
  const place = () => (next() < 0.7 ? below(Math.min(good.length, 1024)) : below(good.length));
  const kind = below(6);
  if (kind === 0) return good.slice(0, below(good.length));
  if (kind === 1) return Uint8Array.from({ length: below(4096) }, () => below(256));
  if (kind === 2) {
    const grown = new Uint8Array(good.length + 1 + below(64));
    grown.set(good);
    return grown;
  }
  const bytes = good.slice();
  if (kind === 3) {
    // A size or an offset of the header that asks for more than there is.
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, [0n, 1n, 2n ** 63n, 2n ** 64n - 1n, BigInt(good.length), BigInt(below(2 ** 31))][below(6)], true);
    return bytes;
  }
  if (kind === 4) {
    const [from, to, n] = [place(), place(), 1 + below(64)];
    bytes.copyWithin(to, from, Math.min(good.length, from + n));
    return bytes;
  }
  for (let i = 1 + below(8); i > 0; i--) bytes[place()] = below(256);
  return bytes;
}
