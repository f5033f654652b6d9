// The page in some browser: what it shows, and the hands that use it.

/** A page that is built like the site's own, but begins by listening for what goes wrong. */
export const WATCHED = 'watched.html';
const LISTENER = 'watch.js';

/** Runs first in the page. */
function watch() {
  const wrong = /** @type {string[]} */ ([]);
  Object.assign(globalThis, { wrong });
  addEventListener('error', (event) => wrong.push(`error: ${event.message} ${event.filename}:${event.lineno}`));
  addEventListener('unhandledrejection', ({ reason }) => wrong.push(`rejection: ${reason}`));
  addEventListener('securitypolicyviolation', (event) => wrong.push(`policy: ${event.effectiveDirective} ${event.blockedURI}`));
  const { error } = console;
  console.error = (...words) => {
    wrong.push(`console: ${words.join(' ')}`);
    error(...words);
  };
}

/**
 * What the site's server sends beside the site's own files.
 * @param {string} index the site's index.html
 * @returns {Record<string, string>} texts by path
 */
export function watched(index) {
  const html = index.replace('<meta charset="utf-8" />', `$&<script src="./${LISTENER}"></script>`);
  if (html === index) throw new Error('index.html has no place for the listener');
  return { [WATCHED]: html, [LISTENER]: `(${watch})();` };
}

/** One page of one browser. */
export class Page {
  #browser;

  /** @param {import('./browsers.mjs').Browser} browser */
  constructor(browser) {
    this.#browser = browser;
  }

  /**
   * Runs a function in the page; it sees nothing of here but its argument.
   * @template A, R
   * @param {(argument: A) => R} task
   * @param {A} argument as JSON holds it
   * @returns {Promise<Awaited<R>>}
   */
  run(task, argument) {
    return this.#browser.evaluate(`(${task})(${JSON.stringify(argument)})`);
  }

  /**
   * Looks again until the page says what is expected.
   * @template A
   * @param {string} what for whoever reads of a failure
   * @param {(argument: A) => unknown} condition
   * @param {A} argument
   */
  async until(what, condition, argument, ms = 60_000) {
    for (const deadline = Date.now() + ms; Date.now() < deadline; ) {
      if (await this.run(condition, argument)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const shown = await this.run(() => [document.querySelector('[data-testid=error]')?.textContent, document.querySelector('[data-testid=status]')?.textContent], null);
    throw new Error(`${what}: not within ${ms} ms; the page says ${JSON.stringify(shown)}`);
  }

  /**
   * Reads again until what is read is as it should be: what the page shows follows what it knows, a frame or a request later.
   * @template T
   * @param {string} what for whoever reads of a failure
   * @param {() => Promise<T>} read
   * @param {(value: T) => boolean} expected
   * @returns {Promise<T>}
   */
  async settles(what, read, expected, ms = 30_000) {
    for (const deadline = Date.now() + ms; Date.now() < deadline; ) {
      const value = await read();
      if (expected(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${what}: not within ${ms} ms`);
  }

  /** @param {string} url */
  async open(url) {
    await this.#browser.goto(url);
    await this.until('the page is ready', () => document.querySelector('[data-testid=ready]') !== null, null);
  }

  /** @returns {Promise<string[]>} what went wrong so far, the page's own message included */
  wrong() {
    return this.run(() => {
      const said = document.querySelector('[data-testid=error]')?.textContent;
      return [.../** @type {{ wrong: string[] }} */ (/** @type {unknown} */ (globalThis)).wrong, ...(said ? [said] : [])];
    }, null);
  }

  /** @param {string} id */
  #box(id) {
    return this.run((testid) => {
      const element = document.querySelector(`[data-testid=${testid}]`);
      if (!element) throw new Error(`no ${testid}`);
      element.scrollIntoView({ block: 'nearest' });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    }, id);
  }

  /**
   * Clicks until the element was hit: a bar of downloads that a browser opens moves all of the page just then.
   * @param {string} id
   */
  async click(id) {
    await this.run((testid) => {
      const hits = { [testid]: false };
      Object.assign(globalThis, { hits });
      document.querySelector(`[data-testid=${testid}]`)?.addEventListener('click', () => void (hits[testid] = true), { once: true });
    }, id);
    const hit = () => this.run((testid) => /** @type {any} */ (globalThis).hits[testid], id);
    await this.settles(`${id} is hit`, async () => {
      await this.drag(id, [[0.5, 0.5]]);
      return hit();
    }, Boolean);
  }

  /**
   * @param {string} id
   * @param {[number, number][]} points in shares of the element
   */
  async drag(id, points) {
    const { x, y, width, height } = await this.#box(id);
    await this.#browser.drag(points.map(([across, down]) => [x + across * width, y + down * height]));
  }

  /** @param {string} id @returns {Promise<number>} */
  value(id) {
    return this.run((testid) => Number(document.querySelector(`[data-testid=${testid}]`)?.getAttribute('data-value') ?? NaN), id);
  }

  /** A canvas's brightness, pixel by pixel. @param {string} id @returns {Promise<number[]>} 0 to 255 */
  pixels(id) {
    return this.run((testid) => {
      const shown = /** @type {HTMLCanvasElement} */ (document.querySelector(`[data-testid=${testid}]`));
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [shown.width, shown.height];
      const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d', { willReadFrequently: true }));
      context.drawImage(shown, 0, 0);
      return Array.from(context.getImageData(0, 0, copy.width, copy.height).data).filter((_, i) => i % 4 === 0);
    }, id);
  }
}
