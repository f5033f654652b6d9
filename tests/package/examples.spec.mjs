// Every example project, with the packed package, in a real browser.

import { readFile } from 'node:fs/promises';
import { serveSite } from '../browser/site-server.mjs';
import { expect, reportOf, test } from './pages.mjs';
import { install, npm, run, start } from './projects.mjs';
import { check } from './report.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @param {{ url: string, close: () => Promise<void> }} server
 * @param {string} [query]
 */
async function tryPage(page, server, query = '') {
  try {
    check(await reportOf(page, `${server.url}${query}`), { element: true });
  } finally {
    await server.close();
  }
}

test('no bundler: an import map', async ({ page }) => {
  await tryPage(page, await serveSite(await install('import-map'), '/'));
});

test('Vite, built and by its development server', async ({ page }) => {
  const directory = await install('vite', 'src');
  await npm(directory, 'run', 'build');
  await tryPage(page, await serveSite(`${directory}/dist`, '/'));
  await tryPage(page, await start(directory, 'vite/bin/vite.js', (port) => ['--host', '127.0.0.1', '--port', port, '--strictPort']));
});

test('webpack 5, which has nothing to warn of', async ({ page }) => {
  const directory = await install('webpack', 'src');
  expect(await npm(directory, 'run', 'build')).not.toMatch(/WARNING|ERROR/);
  await tryPage(page, await serveSite(directory, '/'));
});

test('Next.js: rendered on the server, alive in the browser', async ({ page }) => {
  const directory = await install('next', 'app');
  await npm(directory, 'run', 'build');
  const server = await start(directory, 'next/dist/bin/next', (port) => ['start', '--hostname', '127.0.0.1', '--port', port]);
  expect(await (await fetch(server.url)).text()).toMatch(/<li>dense-20<\/li>.*<vae-playground view="draw"/s);
  await tryPage(page, server);
});

test('a CDN: modules, worker, wasm and weights from another origin', async ({ page }) => {
  const directory = await install('cdn');
  const cdn = await serveSite(`${directory}/node_modules/vae-playground`, '/vae-playground@0/', {}, { 'Access-Control-Allow-Origin': '*' });
  await tryPage(page, await serveSite(directory, '/'), `?cdn=${encodeURIComponent(cdn.url.slice(0, -1))}`);
  await cdn.close();
});

test('a script of Node.js, with the main module and the inline one', async () => {
  const directory = await install('node');
  const { report, within } = JSON.parse((await run(directory, process.execPath, ['main.js'])).trim());
  check(report, { workers: false });
  check(within, { workers: false });
});

test('the types of a program that uses the package', async () => {
  const directory = await install('types');
  const tsc = new URL('../../node_modules/typescript/bin/tsc', import.meta.url).pathname;
  for (const resolution of ['bundler', 'nodenext']) {
    expect(await run(directory, process.execPath, [tsc, '--project', `tsconfig.${resolution}.json`])).toBe('');
  }
  const described = await readFile(`${directory}/node_modules/vae-playground/js/api/create.d.ts`, 'utf8');
  for (const option of ['model', 'backend', 'seed', 'weights', 'workers', 'wasmUrl', 'onProgress']) {
    expect(described, `${option} is described`).toMatch(new RegExp(`\\*/\\s+${option}\\?:`));
  }
});
