// What the map remembers of a training, and what it shows at a moment of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawingOf, momentOf, samplesOf } from '../../www/js/map/moment.js';
import { Motion } from '../../www/js/map/motion.js';
import { dimensionPlane, project } from '../../www/js/map/plane.js';
import { Recorder } from '../../www/js/map/recorder.js';
import { ViewKeeper } from '../../www/js/map/view-keeper.js';
import { initialState } from '../../www/js/store.js';

test('a replay has one view with room for every moment, and what a person chose goes before', () => {
  const keeper = new ViewKeeper();
  const wide = Float32Array.from({ length: 40 }, () => 9);
  const view = keeper.cover([{ atlas: { points: new Float32Array(40) } }, { atlas: { points: wide } }, { atlas: { points: new Float32Array(40) } }]);
  assert.ok(view.half >= 9);
  assert.equal(keeper.isChosen('even'), false);
  keeper.choose('even', { x: 1, y: 2, half: 1 });
  assert.equal(keeper.isChosen('even'), true);
  assert.deepEqual(keeper.view('even'), { x: 1, y: 2, half: 1 });
  keeper.fit('even', null);
  assert.deepEqual(keeper.view('even'), { x: 0, y: 0, half: 3.5 });
});

test('a record stays bounded, even and keeps its beginning', () => {
  const recorder = new Recorder(60);
  let made = 0;
  for (let i = 0; i < 1000; i++) {
    recorder.offer(() => {
      made++;
      return i;
    });
    assert.ok(recorder.entries.length <= 60);
  }
  const { entries } = recorder;
  const gaps = entries.slice(1).map((entry, i) => entry - entries[i]);
  assert.equal(entries[0], 0);
  assert.ok(entries.length > 25 && new Set(gaps).size === 1);
  assert.ok(made < 400, 'what is not kept is not made');
  recorder.clear();
  recorder.offer(() => 7);
  assert.deepEqual([...recorder.entries], [7]);
});

test('points travel to where they are, at once where motion is unwanted', () => {
  const motion = new Motion();
  motion.aim(Float32Array.of(0, 0), 0, false);
  assert.equal(motion.advance(0), false);
  motion.aim(Float32Array.of(1, 2), 0, false);
  assert.equal(motion.advance(110), true);
  assert.ok(motion.at[0] > 0 && motion.at[0] < 1);
  assert.equal(motion.advance(1000), false);
  assert.deepEqual([...motion.at], [1, 2]);
  motion.aim(Float32Array.of(5, 5), 1000, true);
  assert.equal(motion.advance(1000), false);
  assert.deepEqual([...motion.at], [5, 5]);
});

/**
 * A state with two snapshots: the digits went from (0, 0) to (2, 4), the drawing's μ from 0 to 1.
 * @returns {import('../../www/js/store.js').State}
 */
function trained() {
  const state = initialState();
  const plane = dimensionPlane(2, 0, 1);
  const { planeChoice: choice } = state;
  const snapshots = [0, 1].map((i) => {
    const mu = Float32Array.of(2 * i, 4 * i);
    return {
      step: 10 * i, losses: null, choice, mu: Float32Array.of(i, i), sigma: Float32Array.of(1 - i / 2, 1), reconstruction: null,
      samples: new Float32Array(784).fill(i), manifold: null, atlas: { mu, kl: new Float64Array(2), plane, points: project(mu, plane) },
    };
  });
  return { ...state, snapshots, atlas: snapshots[1].atlas, samples: new Float32Array(784).fill(9), mu: Float32Array.of(5, 5), sigma: Float32Array.of(1, 1), z: Float32Array.of(6, 6) };
}

test('between two snapshots of a replay all is between', () => {
  const state = { ...trained(), replay: 0.25 };
  const moment = momentOf(state);
  assert.deepEqual([...(moment?.points ?? [])], [0.5, 1]);
  assert.deepEqual([...(moment?.mu ?? [])], [0.25, 0.25]);
  assert.deepEqual([...(moment?.sigma ?? [])], [0.875, 1]);
  assert.equal(moment?.z, null);
  assert.equal(samplesOf(state)?.[0], 0);
  assert.equal(samplesOf({ ...state, replay: 0.75 })?.[0], 1);
  assert.equal(samplesOf({ ...state, replay: null })?.[0], 9);
});

test('without a replay the moment is now, and codes of another model are not in it', () => {
  const state = trained();
  const moment = momentOf(state);
  assert.ok(moment);
  assert.deepEqual([...(moment.mu ?? [])], [5, 5]);
  const { posterior, z } = drawingOf(moment);
  assert.deepEqual([posterior?.u, posterior?.ellipse.major, z?.u], [5, 1, 6]);
  const other = momentOf({ ...state, mu: new Float32Array(3), sigma: new Float32Array(3), z: new Float32Array(3) });
  assert.deepEqual([other?.mu, other?.sigma, other?.z], [null, null, null]);
  assert.equal(momentOf({ ...state, atlas: null }), null);
});

test('a replay keeps its points when another plane is chosen, seen on that one', () => {
  const state = trained();
  const turned = dimensionPlane(2, 1, 0);
  const moment = momentOf({
    ...state, replay: 1, planeChoice: { kind: 'dimensions', x: 1, y: 0 }, atlas: { ...state.snapshots[1].atlas, plane: turned, points: Float32Array.of(4, 2) },
  });
  assert.deepEqual([...(moment?.points ?? [])], [4, 2]);
  assert.equal(moment?.manifold, null);
});
