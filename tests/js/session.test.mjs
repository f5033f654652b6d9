// The training loop: what pause, step and stop mean, how chunks are sized, and that inference gets its turn.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lock } from '../../www/js/api/lock.js';
import { macrotask } from '../../www/js/api/macrotask.js';
import { ChunkSizer, RateMeter, TrainingSession } from '../../www/js/api/session.js';
import { FakeEngine, wait } from './fake-engine.mjs';

/** @type {import('../../www/js/api/types.js').TrainSettings} */
const SETTINGS = { batchSize: 128, optimizer: 'adam', learningRate: 1e-3, beta: 1, warmupEpochs: 0, seed: 1 };

function session({ engine = new FakeEngine(), targetMs = 5 } = {}) {
  const lock = new Lock();
  /** @type {(import('../../www/js/api/protocol.js').TrainMessage | import('../../www/js/api/protocol.js').TrainEndMessage)[]} */
  const posted = [];
  const training = new TrainingSession({
    engine, lock, targetMs, run: 1, giveWay: macrotask, now: () => performance.now(), post: (message) => posted.push(message),
  });
  const steps = () => posted.flatMap((message) => (message.event === 'train' ? message.steps.map(({ step }) => step) : []));
  return { engine, lock, posted, training, steps };
}

test('every step is reported once and in order, and epochs with their held-out losses', { timeout: 60_000 }, async () => {
  const { training, posted, steps } = session();
  await training.start(SETTINGS, false);
  while (steps().length <= 20) await wait(10);
  await training.stop();
  assert.deepEqual(steps(), steps().map((_, i) => i + 1));
  const tested = posted.flatMap((message) => (message.event === 'train' && message.test ? [message.test.step] : []));
  assert.deepEqual(tested.slice(0, 2), [10, 20]);
});

test('a paused run takes no step until it is resumed, and then goes on where it was', async () => {
  const { training, engine, steps } = session();
  await training.start(SETTINGS, false);
  await wait(30);
  await training.pause();
  const paused = engine.step;
  assert.equal(steps().at(-1), paused, 'everything was reported before pause resolved');
  await wait(50);
  assert.equal(engine.step, paused);
  training.resume();
  await wait(50);
  await training.stop();
  assert.ok(engine.step > paused);
  assert.deepEqual(steps(), steps().map((_, i) => i + 1));
});

test('step takes exactly one step, also where an evaluation is due first', async () => {
  const { training, engine, steps } = session();
  await training.start(SETTINGS, true);
  for (let n = 1; n <= 12; n++) {
    await training.step();
    assert.equal(engine.step, n);
    assert.deepEqual(steps().length, n);
  }
});

test('stop ends the run and leaves nothing running', async () => {
  const { training, engine, posted } = session();
  await training.start(SETTINGS, false);
  await wait(20);
  await training.stop();
  assert.deepEqual(posted.at(-1), { event: 'train-end', run: 1, error: null });
  assert.equal(engine.calls.at(-1), 'trainStop');
  const { length } = engine.calls;
  await wait(30);
  training.resume();
  await wait(30);
  assert.equal(engine.calls.length, length);
});

test('a failing chunk ends the run with its code', { timeout: 60_000 }, async () => {
  const { training, engine, posted } = session();
  await training.start(SETTINGS, false);
  await wait(20);
  engine.trouble = Object.assign(new Error('training diverged at step 9'), { code: 'diverged' });
  while (!training.ended) await wait(5);
  assert.deepEqual(posted.at(-1), { event: 'train-end', run: 1, error: { code: 'diverged', message: 'training diverged at step 9' } });
  assert.ok(training.ended);
});

test('bad settings refuse the start', async () => {
  const { training } = session();
  await assert.rejects(training.start({ ...SETTINGS, batchSize: 0 }, false), { code: 'invalid-argument' });
});

test('a run of a limited number of steps ends by itself', { timeout: 60_000 }, async () => {
  const engine = new FakeEngine();
  engine.stepsWanted = 7;
  const { training, steps, posted } = session({ engine });
  await training.start(SETTINGS, false);
  while (!training.ended) await wait(5);
  assert.equal(steps().length, 7);
  assert.equal(posted.at(-1)?.event, 'train-end');
});

test('inference is served between chunks, in the order it came', async () => {
  const { training, engine, lock } = session();
  await training.start(SETTINGS, false);
  await wait(20);
  const before = engine.calls.length;
  await lock.run(() => engine.encode(new Float32Array(784)));
  assert.ok(engine.calls.length - before <= 4, 'at most the chunk under way and the next come first');
  await training.stop();
});

test('metrics come at most once a frame', async () => {
  const { training, posted } = session({ targetMs: 0.1 });
  await training.start(SETTINGS, false);
  await wait(320);
  await training.stop();
  const plain = posted.filter((message) => message.event === 'train' && !message.test);
  assert.ok(plain.length <= 320 / 16 + 3, `${plain.length} messages in 320 ms`);
});

test('chunks grow to the wanted time, never more than twofold at once', () => {
  const sizer = new ChunkSizer(25);
  assert.equal(sizer.size(), 1);
  sizer.measured(1, 1);
  assert.equal(sizer.size(), 2);
  sizer.measured(2, 2);
  assert.equal(sizer.size(), 4);
  for (let n = 0; n < 10; n++) sizer.measured(sizer.size(), sizer.size());
  assert.equal(sizer.size(), 25);
  for (let n = 0; n < 10; n++) sizer.measured(1, 100);
  assert.equal(sizer.size(), 1);
});

test('the rate is that of the last two seconds, and a restart forgets', () => {
  const meter = new RateMeter();
  assert.equal(meter.perSecond, 0);
  for (let t = 0; t <= 3000; t += 100) meter.add(t, t < 900 ? 1 : 5);
  assert.ok(Math.abs(meter.perSecond - 50) < 5, `${meter.perSecond}`);
  meter.restart();
  assert.equal(meter.perSecond, 0);
  // Two chunks in a tenth of a second tell little.
  meter.add(0, 1);
  meter.add(100, 9);
  assert.equal(meter.perSecond, 0);
});
