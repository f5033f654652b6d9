// Chromium, Firefox and WebKit as the tests see them: one page that is opened, asked and touched.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { chromium as playwright } from '@playwright/test';
import puppeteer from 'puppeteer-core';
import { executablePath, withoutWebGpu } from '../browser/chromium.mjs';
import { Session } from './webdriver.mjs';

/** `cargo xtask test` names the browsers that it found. */
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const MINI_BROWSER = process.env.MINI_BROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const WIDTH = 1280;
const HEIGHT = 900;
/** A script may train. */
const PATIENCE_MS = 300_000;

/**
 * @typedef {object} Browser
 * @property {string} name with its version
 * @property {(url: string) => Promise<unknown>} goto
 * @property {(script: string) => Promise<any>} evaluate an expression for a value or a promise of one
 * @property {(points: [number, number][]) => Promise<void>} drag the mouse, pressed; through one point it is a click
 * @property {() => Promise<void>} close
 */

/** What the mouse of both libraries can do.
 * @typedef {{ move: (x: number, y: number) => Promise<void>, down: () => Promise<void>, up: () => Promise<void> }} Mouse */

/** @param {Mouse} mouse @param {[number, number][]} points */
async function drag(mouse, [first, ...others]) {
  await mouse.move(...first);
  await mouse.down();
  for (const point of others) await mouse.move(...point);
  await mouse.up();
}

/** @returns {Promise<Browser>} */
async function chromium() {
  const browser = await playwright.launch({ executablePath, args: withoutWebGpu });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  return {
    name: `Chromium ${browser.version()}`,
    goto: (url) => page.goto(url),
    evaluate: (script) => page.evaluate(script),
    drag: (points) => drag(page.mouse, points),
    close: () => browser.close(),
  };
}

/** Debian's Firefox, by WebDriver BiDi. @returns {Promise<Browser>} */
async function firefox() {
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: FIREFOX, headless: true, defaultViewport: { width: WIDTH, height: HEIGHT }, protocolTimeout: PATIENCE_MS,
  });
  const page = await browser.newPage();
  return {
    name: (await browser.version()).replace('firefox/', 'Firefox '),
    goto: (url) => page.goto(url),
    evaluate: (script) => page.evaluate(script),
    drag: (points) => drag(page.mouse, points),
    close: () => browser.close(),
  };
}

/** @returns {Promise<number>} a port that nothing listens on */
async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * A virtual screen, which WebKitGTK needs.
 * @returns {Promise<{ display: string, close: () => void }>}
 */
async function screen() {
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${WIDTH}x${HEIGHT + 200}x24`, '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const told = new Promise((resolve, reject) => {
    xvfb.stdio[3]?.once('data', (number) => resolve(`:${String(number).trim()}`));
    xvfb.once('error', reject);
    xvfb.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
  });
  return { display: String(await told), close: () => void xvfb.kill() };
}

/** @param {string} address @returns {Promise<void>} once something answers there */
async function answering(address) {
  for (let tries = 100; ; tries--) {
    try {
      return void (await fetch(`${address}/status`));
    } catch (thrown) {
      if (tries === 0) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** WebKitGTK, by W3C WebDriver. @returns {Promise<Browser>} */
async function webkit() {
  const { display, close } = await screen();
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    stdio: 'ignore',
    // In the C locale the page's language is none that Intl knows. Its own sandbox needs rights that a container does not give.
    env: { ...process.env, LANG: 'en_GB.UTF-8', LC_ALL: 'en_GB.UTF-8', DISPLAY: display, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
  });
  const stop = () => {
    driver.kill();
    close();
  };
  try {
    const failed = once(driver, 'error').then(([error]) => Promise.reject(error));
    const address = `http://127.0.0.1:${port}`;
    await Promise.race([answering(address), failed]);
    const session = await Session.begin(address, { 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] } });
    await session.patience(PATIENCE_MS);
    await session.size(WIDTH, HEIGHT + 100);
    return {
      name: `WebKitGTK ${session.version}`,
      goto: (url) => session.goto(url),
      evaluate: (script) => session.evaluate(script),
      drag: (points) => session.drag(points),
      close: () => session.end().finally(stop),
    };
  } catch (thrown) {
    stop();
    throw thrown;
  }
}

export const BROWSERS = Object.freeze({ chromium, firefox, webkit });
