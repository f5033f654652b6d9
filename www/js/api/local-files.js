// Files that `fetch` does not bring everywhere: `data:` URLs, which a page's policy may forbid it, and Node.js's own `file:` ones.

/** A name that bundlers do not follow: only Node.js and its like have the module. */
const FILES = 'node:fs/promises';

/**
 * @param {string} url
 * @returns {Promise<Response> | null} null for what is to be fetched
 */
export function readLocal(url) {
  if (url.startsWith('data:')) return Promise.resolve(answer(dataBytes(url)));
  if (url.startsWith('file:') && 'process' in globalThis) return readFromDisk(url);
  return null;
}

/** @param {string} url */
async function readFromDisk(url) {
  const { readFile } = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ FILES);
  return answer(await readFile(new URL(url)));
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
