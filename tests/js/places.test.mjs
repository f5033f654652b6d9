// Where the engine runs: the first place that works, told once, with nothing lost on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlacePort } from '../../www/js/api/places.js';

/** @typedef {import('../../www/js/api/client.js').Port} Port */

/** A place that keeps what it is sent. @implements {Port} */
class FakePort {
  /** @type {Port['onmessage']} */
  onmessage = null;
  /** @type {Port['onerror']} */
  onerror = null;
  /** @type {unknown[]} */
  sent = [];
  ended = false;

  /** @param {unknown} message @param {Transferable[]} transfer */
  postMessage(message, transfer) {
    this.sent.push([structuredClone(message, { transfer }), transfer.length]);
  }

  terminate() {
    this.ended = true;
  }

  /** @param {unknown} data */
  answer(data) {
    this.onmessage?.(/** @type {MessageEvent} */ ({ data }));
  }

  /** @param {string} message */
  fail(message) {
    this.onerror?.(/** @type {ErrorEvent} */ ({ message }));
  }
}

test('what one place could not take is sent to the next, with all that was to be handed over', () => {
  const [first, second] = [new FakePort(), new FakePort()];
  /** @type {string[]} */
  const reasons = [];
  const port = new PlacePort([() => first, (why) => (reasons.push(why), second)]);
  const bytes = Uint8Array.of(1, 2, 3);
  port.postMessage({ bytes }, [bytes.buffer]);
  first.fail('no such file');
  assert.deepEqual(reasons, ['no such file']);
  assert.equal(first.ended, true);
  assert.deepEqual(second.sent, [[{ bytes: Uint8Array.of(1, 2, 3) }, 0]]);
});

test('a place that has answered is not left; its buffers are handed over, its errors are told', () => {
  const only = new FakePort();
  let others = 0;
  const port = new PlacePort([() => only, () => (others++, new FakePort())]);
  /** @type {unknown[]} */
  const heard = [];
  port.onmessage = ({ data }) => heard.push(data);
  port.onerror = ({ message }) => heard.push(message);
  only.answer('ready');
  const bytes = Uint8Array.of(1);
  port.postMessage({ bytes }, [bytes.buffer]);
  only.fail('crashed');
  assert.deepEqual(heard, ['ready', 'crashed']);
  assert.deepEqual([bytes.length, others], [0, 0]);
});

test('places that throw or refuse are passed over; when none is left, whoever asks is told why', async () => {
  /** @type {string[]} */
  const reasons = [];
  const told = await new Promise((resolve) => {
    const port = new PlacePort([
      () => { throw new Error('forbidden'); },
      async (why) => { reasons.push(why); throw new Error('not here either'); },
    ]);
    port.onerror = ({ message }) => resolve(message);
  });
  assert.deepEqual(reasons, ['forbidden']);
  assert.equal(told, 'not here either');
});

test('a place that comes when nobody wants it any more is ended', async () => {
  const late = new FakePort();
  const port = new PlacePort([async () => late]);
  port.postMessage('create', []);
  port.terminate();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([late.ended, late.sent], [true, []]);
});
