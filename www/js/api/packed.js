// Files packed with gzip: the build puts them beside the plain ones, since many static hosts send files as they are.

import { VaeError } from './errors.js';
import { fetchBytes, fetchOk, streamLength } from './fetching.js';

/**
 * @param {Uint8Array} head
 * @returns {boolean} a host may already have unpacked the file (Content-Encoding: gzip)
 */
export function isGzip(head) {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Unpacks a stream if it is gzip, and passes it on as it is otherwise.
 * @param {ReadableStream<Uint8Array>} packed
 * @param {(bytes: number) => void} onBytes hears the size of every piece that arrives
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
export async function unpacked(packed, onBytes) {
  const reader = packed.getReader();
  let head = new Uint8Array(0);
  // Two bytes tell, and the first piece may be shorter.
  while (head.length < 2) {
    const { done, value } = await reader.read();
    if (done) break;
    onBytes(value.length);
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  const whole = new ReadableStream({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      onBytes(value.length);
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return isGzip(head) ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
}

/**
 * @param {ReadableStream<Uint8Array>} packed
 * @param {(bytes: number) => void} onBytes as `unpacked` takes it
 * @returns {Promise<Uint8Array>}
 */
export async function unpack(packed, onBytes) {
  return new Uint8Array(await new Response(await unpacked(packed, onBytes)).arrayBuffer());
}

/**
 * A file by way of the packed one beside it, or as it is where a host lacks that.
 * @param {string} url of the plain file
 * @param {(loaded: number, total: number | null) => void} [onProgress] bytes of what is transferred
 * @param {string} [packed] URL of the packed one, where bundlers gave it another name
 * @returns {Promise<Uint8Array>}
 * @throws {VaeError} `network`
 */
export async function fetchPacked(url, onProgress, packed = `${url}.gz`) {
  const response = await fetchOk(packed).catch(() => null);
  if (!response || isPage(response)) return fetchBytes(url, onProgress);
  const total = streamLength(response);
  let loaded = 0;
  try {
    return await unpack(response.body, (bytes) => onProgress?.((loaded += bytes), total));
  } catch (thrown) {
    throw new VaeError('network', `${packed} broke off or is not a gzip file: ${String(thrown)}`, { cause: thrown });
  }
}

/**
 * Compiles wasm while its file is still arriving, by way of the packed one where the host has it.
 * @param {{ wasm: string, packed: string }} urls of the plain file and of the packed one
 * @param {(loaded: number, total: number | null) => void} [onProgress] bytes of what is transferred
 * @returns {Promise<WebAssembly.Module>}
 * @throws {VaeError} `network`
 * @throws {WebAssembly.CompileError}
 */
export async function compilePacked({ wasm, packed }, onProgress) {
  const response = await fetchOk(packed).catch(() => null);
  // Some hosts send a page in place of a file that they lack.
  const { body, total } = response && !isPage(response) ? sized(response) : sized(await fetchOk(wasm));
  let loaded = 0;
  const plain = await unpacked(body, (bytes) => onProgress?.((loaded += bytes), total));
  try {
    return await WebAssembly.compileStreaming(new Response(plain, { headers: { 'Content-Type': 'application/wasm' } }));
  } catch (thrown) {
    if (thrown instanceof WebAssembly.CompileError) throw thrown;
    throw new VaeError('network', `${wasm} broke off: ${String(thrown)}`, { cause: thrown });
  }
}

/** @param {Response} response */
function isPage(response) {
  return response.headers.get('Content-Type')?.startsWith('text/html') ?? false;
}

/** @param {Response & { body: ReadableStream<Uint8Array> }} response */
function sized(response) {
  return { body: response.body, total: streamLength(response) };
}
