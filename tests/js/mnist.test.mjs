// Fetching and pairing of the MNIST files.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import { loadMnist } from '../../www/js/api/mnist.js';

/**
 * @param {Record<string, number[]>} dims by file name
 * @returns {Parameters<typeof loadMnist>[0]}
 */
function site(dims) {
  return {
    baseUrl: 'http://localhost/data/',
    onProgress: () => {},
    fetch: async (url) => {
      const found = Object.entries(dims).find(([name]) => String(url).includes(name));
      if (!found) return new Response(null, { status: 404 });
      const body = gzipSync(JSON.stringify(found[1]));
      return new Response(body, { headers: { 'Content-Length': String(body.length) } });
    },
    parseIdx: (bytes) => ({ dims: JSON.parse(new TextDecoder().decode(bytes)), data: bytes }),
  };
}

const GOOD = { 'train-images': [3, 28, 28], 'train-labels': [3], 't10k-images': [2, 28, 28], 't10k-labels': [2] };

test('four files become a dataset, with bytes of bytes', async () => {
  /** @type {[number, number | null][]} */
  const progress = [];
  const data = await loadMnist({ ...site(GOOD), onProgress: (loaded, total) => progress.push([loaded, total]) });
  assert.ok(data.images.length > 0 && data.test.labels.length > 0);
  const [loaded, total] = progress[progress.length - 1];
  assert.equal(loaded, total);
});

test('each way of being wrong has its error', async () => {
  const { 'train-labels': _, ...missing } = GOOD;
  await assert.rejects(loadMnist(site(missing)), { code: 'network', message: /train-labels.*404/ });
  await assert.rejects(loadMnist(site({ ...GOOD, 'train-labels': [4] })), { code: 'invalid-argument', message: /4.*3 images/ });
  await assert.rejects(loadMnist(site({ ...GOOD, 't10k-images': [2, 8, 8] })), { code: 'invalid-argument', message: /28×28/ });
  const down = async () => Promise.reject(new TypeError('offline'));
  await assert.rejects(loadMnist({ ...site(GOOD), fetch: down }), { code: 'network', message: /offline/ });
});
