// Example projects as those who use the package have them: copied away, with their own locked packages and the tarball installed.

import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const WORK = fileURLToPath(new URL('../../target/npm/examples/', import.meta.url));
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=5'];
const START_SECONDS = 90;
/** Nothing that an example does takes longer; what hangs must not outlive the test. */
const LONGEST_MS = 9 * 60_000;

/** What the stage of `cargo xtask test` packed. */
export function tarball() {
  const path = process.env.TARBALL;
  if (!path) throw new Error('TARBALL: expected the path of the packed package');
  return path;
}

/**
 * Runs a program to its end.
 * @param {string} directory
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<string>} what it printed, both streams
 */
export async function run(directory, program, args) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: directory, env, maxBuffer: 1 << 26, timeout: LONGEST_MS, killSignal: 'SIGKILL' });
    return stdout + stderr;
  } catch (thrown) {
    const { stdout = '', stderr = '' } = /** @type {{ stdout?: string, stderr?: string }} */ (thrown);
    throw new Error(`${program} ${args.join(' ')} failed in ${directory}:\n${stdout}\n${stderr}`, { cause: thrown });
  }
}

/** @param {string} directory @param {...string} args */
export const npm = (directory, ...args) => run(directory, NPM, args);

/**
 * Copies an example, installs what its lock file pins, and the package.
 * @param {string} name of a folder in examples/
 * @param {string} [code] where its sources are, for the part that all share
 * @returns {Promise<string>} the copy's folder
 */
export async function install(name, code = '.') {
  const directory = `${WORK}${name}`;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await cp(`${HERE}examples/${name}`, directory, { recursive: true });
  await cp(`${HERE}try-out.js`, `${directory}/${code}/try-out.js`);
  await npm(directory, 'ci', ...QUIET);
  await npm(directory, 'install', '--no-save', '--no-package-lock', ...QUIET, tarball());
  return directory;
}

/** @returns {Promise<number>} a port that nobody listens on */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Starts a project's own server on the loopback interface.
 * @param {string} directory
 * @param {string} bin the program's file in node_modules
 * @param {(port: string) => readonly string[]} args
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function start(directory, bin, args) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  const child = spawn(process.execPath, [`node_modules/${bin}`, ...args(String(port))], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + START_SECONDS * 1000;
  const close = async () => {
    child.kill();
    await ended;
  };
  while (true) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return { url, close };
    if (child.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error(`${bin} did not serve ${url}:\n${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
