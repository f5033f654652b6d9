// Files that `fetch` does not bring everywhere: `data:` URLs, which a page's policy may forbid it, and Node.js's own `file:` ones.

/** What Node.js and its like have of it; an import would be followed by bundlers, which find no such module for browsers.
 * @typedef {{ getBuiltinModule?: (name: 'node:fs/promises') => { readFile: (file: URL) => Promise<Uint8Array<ArrayBuffer>> } }} Process */

/**
 * @param {string} url
 * @returns {Promise<Response> | null} null for what is to be fetched
 */
export function readLocal(url) {
  if (url.startsWith('data:')) return Promise.resolve(answer(dataBytes(url)));
  const { process } = /** @type {{ process?: Process }} */ (globalThis);
  if (url.startsWith('file:') && process?.getBuiltinModule) return process.getBuiltinModule('node:fs/promises').readFile(new URL(url)).then(answer);
  return null;
}

/**
 * @param {string} url with base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
function dataBytes(url) {
  const text = atob(url.slice(url.indexOf(',') + 1));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function answer(bytes) {
  return new Response(bytes, { headers: { 'Content-Length': String(bytes.length) } });
}
