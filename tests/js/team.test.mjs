// Workers that share a training run, without workers: how many, what they exchange, and what happens when one fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bounds, Exchange, Link } from '../../www/js/api/exchange.js';
import { Peer } from '../../www/js/api/peer.js';
import { Team } from '../../www/js/api/team.js';
import { checkWorkers, mostWorkers, stepTime, teamSize } from '../../www/js/api/team-size.js';
import { FakeEngine, fakeWasm, SPEC } from './fake-engine.mjs';

const DATASET = { trainImages: new Uint8Array(784) };

/** A team whose peers live here, each with an engine of its own. @param {number} workers @param {Partial<FakeEngine>} [fields] */
function gather(workers, fields = {}) {
  const engines = Array.from({ length: workers }, () => Object.assign(new FakeEngine(), fields));
  const [lead, ...others] = engines;
  /** @type {{ peer: Peer, port: import('../../www/js/api/member.js').PeerPort, silent: boolean, ended: boolean }[]} */
  const started = [];
  /** @type {[number, string][]} */
  const changes = [];
  const team = new Team({
    now: () => performance.now(),
    exclusively: async (task) => task(),
    onChange: (count, problem) => changes.push([count, problem?.message ?? '']),
    spawn: () => {
      const engine = others[started.length];
      if (!engine) throw new Error('no more workers');
      /** @type {(MessagePort | null)[]} */
      const ports = [];
      /** @type {import('../../www/js/api/member.js').PeerPort} */
      const port = {
        onmessage: null,
        onerror: null,
        postMessage: (message, transfer) => {
          const order = structuredClone(message, { transfer });
          if (order.op === 'join') ports.push(...order.joining.ports);
          setImmediate(() => void (entry.ended || entry.silent || entry.peer.handle(order)));
        },
        terminate: () => {
          entry.ended = true;
          for (const end of ports) end?.close();
        },
      };
      const post = (/** @type {unknown} */ answer) => setImmediate(() => port.onmessage?.(/** @type {MessageEvent} */ ({ data: answer })));
      const entry = { peer: new Peer({ loadWasm: async () => fakeWasm([engine]), post }), port, silent: false, ended: false };
      started.push(entry);
      return port;
    },
  });
  team.begin({ engine: lead, source: {}, spec: SPEC, settings: { batchSize: 128 }, dataset: DATASET, workers });
  return { team, engines, started, changes };
}

/** As a session asks for steps. @param {Team} team @param {number} maxSteps */
async function chunk(team, maxSteps) {
  await team.ready();
  return team.trainChunk(maxSteps);
}

/** Exact sums of the fake's gradients after one step of `workers`. @param {number} workers */
function afterOneStep(workers) {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
  return values.map((value) => {
    const parts = Array.from({ length: workers }, (_, index) => Math.fround(value / 1000 + index + 1));
    return value - Math.fround(parts.reduce((sum, part) => sum + part, 0));
  });
}

test('parts cover everything once', () => {
  assert.deepEqual(bounds(10, 3), [0, 3, 6, 10]);
  assert.deepEqual(bounds(2, 4), [0, 0, 1, 1, 2]);
  assert.deepEqual(bounds(7, 1), [0, 7]);
});

test('a worker that is sent buffers and sends none keeps no more than it could send', async () => {
  const { port1, port2 } = new MessageChannel();
  const engine = () => Object.assign(new FakeEngine(), { readGradients: () => {}, sumGradients: () => {} });
  const [first, second] = [new Exchange(0, [null, new Link(port1)], 7), new Exchange(1, [new Link(port2), null], 7)];
  for (let step = 0; step < 10; step++) {
    await Promise.all([first.reduce(engine(), Float32Array.of(1, 2), 1), second.reduce(engine(), new Float32Array(2), 1)]);
  }
  assert.equal(first.kept, 0);
  assert.equal(second.kept, 2);
  first.close();
  second.close();
});

test('a number of workers, or auto', () => {
  assert.deepEqual([1, 2, 3, 4, 8, 64].map(mostWorkers), [1, 2, 2, 3, 7, 8]);
  for (const good of [1, 3, 64]) assert.equal(checkWorkers(good), good);
  assert.equal(checkWorkers('auto'), 'auto');
  for (const bad of [0, -1, 1.5, 65, NaN, '2', null]) assert.throws(() => checkWorkers(bad), { code: 'invalid-argument', details: { at: 'workers' } });
});

test('a large step is shared, a small one is not', () => {
  const large = { divisible: true, flops: 4.2e8, gradients: 652_000 };
  assert.equal(teamSize(large, 1), 1);
  assert.equal(teamSize(large, 2), 2);
  assert.ok(stepTime(large, 2) < stepTime(large, 1) / 1.5);
  assert.equal(teamSize({ divisible: true, flops: 2e6, gradients: 26_000 }, 8), 1);
  // A quarter of the batch: as much is exchanged for less work.
  assert.equal(teamSize({ ...large, flops: large.flops / 4 }, 2), 1);
  assert.equal(teamSize({ ...large, divisible: false }, 8), 1);
  assert.ok(teamSize({ divisible: true, flops: 4e9, gradients: 250_000 }, 8) > 4);
});

test('what arrives at a link waits, in order; a closed one refuses', async () => {
  const { port1, port2 } = new MessageChannel();
  const [a, b] = [new Link(port1), new Link(port2)];
  const parcel = (/** @type {number} */ n) => ({ share: Float32Array.of(n), values: Float32Array.of(n, n) });
  const first = b.receive();
  a.send(parcel(1));
  a.send(parcel(2));
  assert.deepEqual((await first).values, Float32Array.of(1, 1));
  assert.deepEqual((await b.receive()).share, Float32Array.of(2));
  const never = b.receive();
  assert.equal(b.waiting, true);
  b.close();
  await assert.rejects(never, { code: 'aborted' });
  await assert.rejects(b.receive(), { code: 'aborted' });
  a.close();
});

for (const workers of [2, 3, 5]) {
  test(`${workers} workers come to the same sums, in the order of workers`, async () => {
    const { team, engines, changes } = gather(workers, { stepsWanted: 3 });
    const result = await chunk(team, 1);
    assert.deepEqual(result.steps.map(({ loss }) => loss), [128]);
    const expected = afterOneStep(workers);
    for (const { values } of engines) {
      for (const [i, value] of values.entries()) assert.ok(Math.abs(value - expected[i]) < 1e-5, `${value} against ${expected[i]}`);
      assert.deepEqual(values, engines[0].values);
    }
    assert.deepEqual(changes, [[workers, '']]);
    assert.equal((await chunk(team, 2)).phase, 'done');
    for (const { values } of engines) assert.deepEqual(values, engines[0].values);
    team.release();
  });
}

test('a batch of fewer images than workers leaves some without a slice', async () => {
  for (const workers of [2, 4]) {
    const { team, engines } = gather(workers, { rows: 1 });
    assert.equal((await chunk(team, 1)).steps[0].loss, 1);
    for (const { values } of engines) assert.deepEqual(values, engines[0].values);
    team.release();
  }
});

test('held-out batches are shared out too', async () => {
  const { team, engines } = gather(3, { evaluating: 2, rows: 5 });
  const { test: report } = await chunk(team, 8);
  assert.equal(report?.test.loss, 5);
  assert.ok(engines.every(({ calls }) => calls.includes('partGradients 1') && !calls.includes('partUpdate 0')));
  team.release();
});

test('where no worker can be started the lead trains alone', async () => {
  const { team, engines, changes } = gather(2);
  engines.length = 1;
  team.begin({ engine: engines[0], source: {}, spec: SPEC, settings: {}, dataset: DATASET, workers: 4 });
  // One can be started, the others cannot.
  assert.equal((await chunk(team, 2)).steps.length, 2);
  assert.deepEqual(changes, [[2, 'no more workers']]);
  team.release();
});

test('a worker that fails costs no step', async () => {
  const { team, engines, changes, started } = gather(3);
  await chunk(team, 1);
  // It dies without a word; the browser reports it.
  started[0].silent = true;
  const steps3 = chunk(team, 3);
  setTimeout(() => started[0].port.onerror?.(/** @type {ErrorEvent} */ ({ message: 'out of memory' })), 20);
  const { steps } = await steps3;
  assert.deepEqual(steps.map(({ step, loss }) => [step, loss]), [[2, 128], [3, 128], [4, 128]]);
  assert.deepEqual(changes.at(-1), [2, 'out of memory']);
  assert.equal(started[0].ended, true);
  // The one that is left joins with the state that the lead has come to.
  assert.equal((await chunk(team, 2)).steps.length, 2);
  assert.deepEqual(engines[2].values, engines[0].values);
  assert.deepEqual(changes.at(-1), [2, '']);
  team.release();
});

test("a worker's own error is told and costs no step", async () => {
  const { team, engines, changes } = gather(2);
  engines[1].partUpdate = () => {
    throw Object.assign(new Error('memory allocation failed'), { code: 'out-of-memory' });
  };
  await chunk(team, 1);
  assert.equal((await chunk(team, 2)).steps.length, 2);
  assert.deepEqual(changes.at(-1), [1, 'memory allocation failed']);
  team.release();
});

test("an error of the lead's own engine is the run's", async () => {
  const { team, engines } = gather(2);
  await chunk(team, 1);
  engines[0].teamEnd = async () => {
    throw Object.assign(new Error('diverged'), { code: 'diverged' });
  };
  await assert.rejects(chunk(team, 1), { code: 'diverged' });
  team.release();
});

test('workers keep the data set from run to run', async () => {
  const { team, engines, started } = gather(2);
  await chunk(team, 1);
  team.begin({ engine: engines[0], source: {}, spec: SPEC, settings: {}, dataset: DATASET, workers: 2 });
  await chunk(team, 1);
  assert.equal(started.length, 1);
  assert.equal(engines[1].calls.filter((call) => call.startsWith('setDataset')).length, 1);
  assert.equal(engines[1].calls.filter((call) => call === 'trainStart').length, 2);
  team.release();
  assert.equal(started[0].ended, true);
});

test('the engine can be used while workers join, and a run that ends meanwhile leaves no team', async () => {
  const { team, engines, started } = gather(2);
  const join = team.ready();
  // Nothing holds the engine: whoever asks now is answered at once.
  engines[0].calls.push('asked meanwhile');
  await join;
  assert.ok(engines[1].calls.includes('trainStart'));
  team.finish();
  await assert.rejects(team.trainChunk(1), { message: 'a team without a run' });

  team.begin({ engine: engines[0], source: {}, spec: SPEC, settings: {}, dataset: DATASET, workers: 2 });
  const late = team.ready();
  team.finish();
  await late;
  team.begin({ engine: engines[0], source: {}, spec: SPEC, settings: {}, dataset: DATASET, workers: 2 });
  assert.equal((await chunk(team, 1)).steps.length, 1);
  assert.equal(started.length, 1);
  assert.deepEqual(engines[1].values, engines[0].values);
  team.release();
});
