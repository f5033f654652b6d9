// What every example reports, and what must be true of it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

const manifest = await readFile(new URL('../../Cargo.toml', import.meta.url), 'utf8');
const VERSION = /^name = "vae-playground"\nversion = "(.*)"$/m.exec(manifest)?.[1];

/**
 * @param {any} report as try-out.js makes it
 * @param {{ workers?: boolean, element?: boolean }} [options] whether it ran in workers, and whether there was an element as well
 */
export function check(report, { workers = true, element = false } = {}) {
  const { backend, losses, element: shown, ...rest } = report;
  assert.deepEqual(shown, element ? { ready: true, size: true } : undefined);
  assert.deepEqual(rest, {
    version: VERSION, latent: 2, codes: 128, saved: report.saved, presets: 12,
    wrong: 'invalid-argument', late: 'disposed', drawing: 784, idx: [7, 9],
  });
  assert.ok(report.saved > 400_000, `saved ${report.saved} bytes`);
  assert.equal(losses.length, 8);
  assert.ok(losses.every(Number.isFinite) && losses[7] < losses[0], `losses ${losses}`);
  assert.equal(backend.kind, 'cpu');
  assert.equal(/thread/.test(backend.reason), !workers, backend.reason);
}
