// A step's kernels, summed by what they do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profile, summed } from '../../www/js/api/profile.js';
import { FakeEngine } from './fake-engine.mjs';
import { create, pair } from './pair.mjs';

test('kernels of one name are one part, the longest first', async () => {
  const client = pair(new FakeEngine());
  await create(client);
  const told = await profile(client, { steps: 4 });
  assert.deepEqual([told.kind, told.steps, told.ms], ['cpu', 4, 5]);
  assert.deepEqual(told.parts, [{ kernel: 'adam', count: 1, ms: 3, share: 0.6 }, { kernel: 'linear', count: 2, ms: 2, share: 0.4 }]);
  await assert.rejects(profile(client, /** @type {any} */ ({ step: 4 })), { code: 'invalid-argument' });
});

test('a clock too coarse for a step gives no shares', () => {
  const { ms, parts } = summed({ kind: 'webgpu', steps: 1, kernels: [{ kernel: 'fused/update', nanoseconds: 0 }] });
  assert.deepEqual([ms, parts[0].share], [0, 0]);
});
