// Two projects: the page as most people without a GPU see it, and the page with a (software) WebGPU adapter.

import { defineConfig } from '@playwright/test';
import { executablePath, withWebGpu, withoutWebGpu } from './chromium.mjs';

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  // Timings are part of what is tested, so nothing runs beside a test, and nothing is tried twice.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  // Requests that a service worker answers cannot be looked at; the specs of working offline allow it.
  use: { browserName: 'chromium', headless: true, serviceWorkers: 'block', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'cpu',
      testMatch: ['*.both.spec.mjs', '*.cpu.spec.mjs'],
      use: { launchOptions: { executablePath, args: withoutWebGpu } },
    },
    {
      name: 'webgpu',
      testMatch: ['*.both.spec.mjs', '*.webgpu.spec.mjs'],
      use: { launchOptions: { executablePath, args: withWebGpu } },
    },
  ],
});
