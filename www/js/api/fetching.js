// Fetching with errors that say which file and why.

import { VaeError } from './errors.js';
import { readLocal } from './local-files.js';

/**
 * @param {string} url `data:` ones with base64; `file:` ones in Node.js
 * @param {typeof fetch} [fetchFile]
 * @returns {Promise<Response & { body: ReadableStream<Uint8Array> }>}
 * @throws {VaeError} `network`
 */
export async function fetchOk(url, fetchFile = (...args) => fetch(...args)) {
  let response;
  try {
    response = await (readLocal(url) ?? fetchFile(url));
  } catch (thrown) {
    throw new VaeError('network', `${url} could not be fetched: ${String(thrown)}`, { cause: thrown });
  }
  if (!response.ok || !response.body) throw new VaeError('network', `${url}: the server answered ${response.status}`);
  return /** @type {Response & { body: ReadableStream<Uint8Array> }} */ (response);
}

/**
 * The size of what a response's stream will give.
 * @param {Response} response
 * @returns {number | null} null where it cannot be known: with Content-Encoding the length is that of the packed file
 */
export function streamLength(response) {
  if (response.headers.has('Content-Encoding')) return null;
  const length = Number(response.headers.get('Content-Length'));
  return length > 0 ? length : null;
}

/**
 * @param {string} url
 * @param {(loaded: number, total: number | null) => void} [onProgress]
 * @returns {Promise<Uint8Array>}
 */
export async function fetchBytes(url, onProgress) {
  const response = await fetchOk(url);
  const total = streamLength(response);
  let loaded = 0;
  const counted = response.body.pipeThrough(
    new TransformStream({
      transform(piece, controller) {
        loaded += piece.length;
        onProgress?.(loaded, total);
        controller.enqueue(piece);
      },
    }),
  );
  try {
    return new Uint8Array(await new Response(counted).arrayBuffer());
  } catch (thrown) {
    throw new VaeError('network', `${url} broke off: ${String(thrown)}`, { cause: thrown });
  }
}
