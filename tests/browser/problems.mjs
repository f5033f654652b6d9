// A watch on everything that goes wrong in a page: whatever test has it fails of what it did not expect.

import { expect } from '@playwright/test';

/** Collects what goes wrong in a page: console errors and warnings, exceptions, failed requests, HTTP errors. */
export class Problems {
  /** @type {string[]} */
  #found = [];
  /** @type {RegExp[]} */
  #expected = [];

  /** @param {import('@playwright/test').Page} page */
  watch(page) {
    page.on('console', (message) => this.#console(message));
    page.on('pageerror', (error) => this.#found.push(`exception: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      // A request that the page itself gives up is no problem.
      if (reason !== 'net::ERR_ABORTED') this.#found.push(`request failed: ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.#found.push(`HTTP ${response.status()}: ${response.url()}`);
    });
  }

  /**
   * Says that a problem matching `pattern` is what the test provokes.
   *
   * @param {RegExp} pattern
   */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /** Every problem that no `expect` covers. */
  unexpected() {
    return this.#found.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }

  /** Every expectation that no problem met. */
  missing() {
    return this.#expected.filter((pattern) => !this.#found.some((problem) => pattern.test(problem)));
  }

  /** @param {import('@playwright/test').ConsoleMessage} message */
  #console(message) {
    // Said by the test runner, which keeps the service worker out of all specs but its own.
    if (message.text().includes('registration blocked by Playwright')) return;
    if (['error', 'warning'].includes(message.type())) this.#found.push(`console ${message.type()}: ${message.text()}`);
  }
}

/** @typedef {{ problems: Problems }} PerTest */
/** @typedef {import('@playwright/test').PlaywrightTestArgs & import('@playwright/test').PlaywrightTestOptions} TestArgs */

/** @type {import('@playwright/test').Fixtures<PerTest, {}, TestArgs>} */
export const watching = {
  problems: [
    async ({ page }, use) => {
      const problems = new Problems();
      problems.watch(page);
      await use(problems);
      expect(problems.unexpected(), 'nothing goes wrong in the page').toEqual([]);
      expect(problems.missing(), 'what the test provokes happens').toEqual([]);
    },
    { auto: true },
  ],
};
