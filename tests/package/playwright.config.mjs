// The packed package in Chromium, as a machine without a GPU has it. Installing and building take their time.

import { defineConfig } from '@playwright/test';
import { executablePath, withoutWebGpu } from '../browser/chromium.mjs';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.mjs',
  outputDir: '../../test-results',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 600_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: { browserName: 'chromium', headless: true, launchOptions: { executablePath, args: withoutWebGpu } },
});
