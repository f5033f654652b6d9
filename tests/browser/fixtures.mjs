// What every browser test gets: the built site on a local server, and a watch on everything that goes wrong.

import { test as base, expect } from '@playwright/test';
import { watching } from './problems.mjs';
import { serveSite } from './site-server.mjs';
import { SITE } from './site.mjs';

/** Not the root, because the site must work under any path. */
const SUB_PATH = '/a/sub/path/';

/**
 * @typedef {import('@playwright/test').PlaywrightTestArgs} TestArgs
 * @typedef {import('@playwright/test').PlaywrightTestOptions} TestOptions
 * @typedef {import('@playwright/test').PlaywrightWorkerArgs} WorkerArgs
 * @typedef {import('@playwright/test').PlaywrightWorkerOptions} WorkerOptions
 * @typedef {import('./problems.mjs').PerTest} PerTest
 * @typedef {{ site: string }} PerWorker
 */

/** @type {import('@playwright/test').Fixtures<PerTest, PerWorker, TestArgs & TestOptions, WorkerArgs & WorkerOptions>} */
const fixtures = {
  site: [
    async ({}, use) => {
      const server = await serveSite(SITE, SUB_PATH);
      await use(server.url);
      await server.close();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ site }, use) => use(site),
  ...watching,
};

/** @type {import('@playwright/test').TestType<TestArgs & TestOptions & PerTest, WorkerArgs & WorkerOptions & PerWorker>} */
export const test = base.extend(fixtures);

export { expect };
