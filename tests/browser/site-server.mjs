// A static file server on the loopback interface, as plain as the cheapest host: no special headers.

import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip',
  '.safetensors': 'application/octet-stream',
};

/**
 * Serves `root` under the path `base` (such as `/some/path/`) on a free port.
 *
 * @param {string} root
 * @param {string} base
 * @param {Record<string, string>} [extra] texts that are sent though the site has no such files, by path
 * @param {Record<string, string>} [headers] that every file's answer has besides
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveSite(root, base, extra = {}, headers = {}) {
  const server = createServer(async (request, response) => {
    const text = extra[(request.url ?? '').slice(base.length)];
    if (text !== undefined) {
      response.writeHead(200, { 'Content-Type': TYPES[extname(request.url ?? '')] }).end(text);
      return;
    }
    const file = fileFor(root, base, request.url ?? '/');
    const info = file === null ? null : await stat(file).catch(() => null);
    if (file === null || info === null || !info.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      ...headers,
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': info.size,
    });
    if (request.method === 'HEAD') {
      response.end();
    } else {
      createReadStream(file).on('error', () => response.destroy()).pipe(response);
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * What a careful host sends with every file, as `cargo xtask serve` does: the page's own policy, which its workers then keep too.
 * @param {string} root
 * @returns {Promise<Record<string, string>>}
 */
export async function carefulHeaders(root) {
  const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(await readFile(join(root, 'index.html'), 'utf8')) ?? [];
  if (policy === undefined) throw new Error('the page has no policy');
  return { 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };
}

/**
 * The file that a URL stands for, or null where it leaves the site.
 *
 * @param {string} root
 * @param {string} base
 * @param {string} url
 */
function fileFor(root, base, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  if (!path.startsWith(base)) return null;
  const relative = normalize(path.slice(base.length) || 'index.html');
  return relative.startsWith('..') || relative.startsWith(sep) ? null : join(root, relative);
}
