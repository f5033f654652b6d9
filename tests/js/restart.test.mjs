// A worker that fails: another takes its place with the model and its weights, what waited is refused, what is asked later is answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../../www/js/api/client.js';

/** @typedef {import('../../www/js/api/client.js').Port} Port */

/** A worker that answers every request with its operation's name, but not those that are named. */
class EchoPort {
  /** @type {Port['onmessage']} */
  onmessage = null;
  /** @type {Port['onerror']} */
  onerror = null;
  terminated = false;
  /** @type {string[]} */
  asked = [];

  /** @param {string[]} mute */
  constructor(...mute) {
    this.mute = mute;
  }

  /** @param {any} message */
  postMessage({ id, op }) {
    this.asked.push(op);
    if (!this.mute.includes(op)) queueMicrotask(() => this.onmessage?.(/** @type {MessageEvent} */ ({ data: { id, ok: true, value: op } })));
  }

  terminate() {
    this.terminated = true;
  }

  die(message = 'boom') {
    this.onerror?.(/** @type {ErrorEvent} */ ({ message }));
  }
}

/** @param {EchoPort[]} ports the first is there, the others follow */
function following(...ports) {
  const [first, ...others] = ports;
  const client = new Client(first);
  /** @type {any[]} */
  const told = [];
  client.listen((message) => told.push(message));
  client.follow(() => /** @type {EchoPort} */ (others.shift()), async (request) => void (await request('save', {})));
  return { client, told };
}

test('what waits is refused as the worker’s fault, what is asked then waits for the next worker, and the run ends', async () => {
  const [first, second] = [new EchoPort('parameters'), new EchoPort()];
  const { client, told } = following(first, second);
  assert.equal(await client.request('layers', {}), 'layers');
  const waiting = client.request('parameters', {});
  first.die();
  const later = client.request('layers', {});
  await assert.rejects(waiting, { name: 'VaeError', code: 'internal', message: 'the worker failed: boom', details: { at: 'worker' } });
  assert.equal(await later, 'layers');
  assert.equal(first.terminated, true);
  assert.deepEqual(second.asked, ['save', 'layers'], 'it is restored before it is asked');
  assert.deepEqual(told.map(({ event }) => event), ['train-end', 'restart']);
  assert.deepEqual(told[0].error.details, { at: 'worker' });
  client.dispose();
});

test('one that fails while it is restored, or too often, is the last', async () => {
  const broken = new EchoPort('save');
  const { client } = following(new EchoPort(), broken);
  client.port.onerror?.(/** @type {ErrorEvent} */ ({ message: 'boom' }));
  const later = client.request('layers', {});
  broken.die('again');
  await assert.rejects(later, { code: 'internal', message: 'the worker failed: again', details: {} });

  const ports = Array.from({ length: 5 }, () => new EchoPort());
  const { client: other } = following(...ports);
  for (const port of ports.slice(0, 3)) {
    port.die();
    assert.equal(await other.request('layers', {}), 'layers');
  }
  ports[3].die();
  await assert.rejects(other.request('layers', {}), { code: 'internal', details: {} });
});

test('a worker that owes an answer and says nothing for half a minute is given up; a slow one that still hears is not, nor one that was asked for much', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const tick = async () => {
    context.mock.timers.tick(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const slow = new EchoPort('parameters');
  const { client, told } = following(slow, new EchoPort());
  void client.request('parameters', {}).catch(() => {});
  for (let i = 0; i < 20; i++) await tick();
  assert.ok(slow.asked.includes('cancel'));
  assert.deepEqual(told, []);
  slow.mute.push('cancel');
  for (let i = 0; i < 7; i++) await tick();
  assert.deepEqual(told.map(({ event }) => event), ['train-end', 'restart']);
  assert.match(/** @type {any[]} */ (told)[1].problem, /no answer for 30 s/);
  client.dispose();
});

test('a worker that was asked for much may be silent for longer', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { client, told } = following(new EchoPort('elbo', 'cancel'), new EchoPort());
  void client.request('elbo', { images: new Float32Array(1000 * 784), samples: 10, seed: 1 }).catch(() => {});
  for (let i = 0; i < 100; i++) context.mock.timers.tick(5_000);
  assert.deepEqual(told, []);
  for (let i = 0; i < 7; i++) context.mock.timers.tick(5_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(told.map(({ event }) => event), ['train-end', 'restart']);
  client.dispose();
});

test('a worker that owes nothing may be silent', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { client, told } = following(new EchoPort());
  context.mock.timers.tick(600_000);
  assert.deepEqual(told, []);
  client.dispose();
});
