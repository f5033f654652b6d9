// The map's geometry: planes, ellipses, scales, the normal distribution, lattices of pictures, and bounded records.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf, gridCodes, layOut, tonesBetween } from '../../www/js/map/manifold.js';
import { drawingOf, momentOf, samplesOf } from '../../www/js/map/moment.js';
import { Motion } from '../../www/js/map/motion.js';
import { normalCdf, normalQuantile } from '../../www/js/map/normal.js';
import { klOfPosterior, orderByKl } from '../../www/js/map/order.js';
import { CLASS_COLORS, rgbOf } from '../../www/js/map/palette.js';
import { along, dimensionPlane, principalPlane, project, projectedEllipse, residual } from '../../www/js/map/plane.js';
import { Recorder } from '../../www/js/map/recorder.js';
import { fitted, makeScale, zoomed } from '../../www/js/map/scale.js';
import { REACH, STOPS, reachOf, traversal } from '../../www/js/map/traversal.js';
import { ViewKeeper } from '../../www/js/map/view-keeper.js';
import { commonClass, nearestDigit } from '../../www/js/map/words.js';
import { readUrl, writeUrl } from '../../www/js/state-url.js';
import { initialState } from '../../www/js/store.js';
import { SPEC } from './fake-engine.mjs';

const near = (/** @type {number} */ found, /** @type {number} */ wanted, slack = 1e-6) =>
  assert.ok(Math.abs(found - wanted) <= slack, `${found}, expected ${wanted}`);

test('Φ and its inverse have the tables\' values and undo each other', () => {
  for (const [x, p] of [[0, 0.5], [1, 0.8413447460685429], [-1.959963984540054, 0.025], [3, 0.9986501019683699], [-5, 2.866515718791939e-7]]) {
    near(normalCdf(x), p, 1e-14);
    near(normalQuantile(p), x, 1e-9);
  }
  for (let x = -6; x <= 6; x += 0.37) near(normalQuantile(normalCdf(x)), x, 1e-5);
  assert.deepEqual([normalCdf(-50), normalCdf(50), normalQuantile(0), normalQuantile(1)], [0, 1, -8, 8]);
  assert.ok(Math.abs(normalQuantile(1e-300)) <= 8);
});

test('codes are projected on dimensions, and one dimension has no height', () => {
  const plane = dimensionPlane(4, 2, 0);
  assert.deepEqual([...project(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), plane)], [3, 1, 7, 5]);
  assert.deepEqual([...project(Float32Array.of(2, -1), dimensionPlane(1, 0, 1))], [2, 0, -1, 0]);
});

test('a code is what it is in the plane and beside it', () => {
  const components = Float64Array.of(0.6, 0.8, 0, 0, 0, 1, 0.8, -0.6, 0);
  const plane = principalPlane(components, null);
  const code = Float32Array.of(1, -2, 0.5);
  const [u, v] = project(code, plane);
  along(residual(code, plane), plane, u, v).forEach((value, j) => near(value, code[j]));
  const moved = along(residual(code, plane), plane, 3, -1);
  project(moved, plane).forEach((value, i) => near(value, [3, -1][i]));
  near(moved[0] * 0.8 - moved[1] * 0.6, code[0] * 0.8 - code[1] * 0.6);
});

test('a principal plane that turned or was mirrored is laid as it was', () => {
  const before = dimensionPlane(3, 0, 1);
  for (const rows of [[[0, 1, 0], [1, 0, 0]], [[0, -1, 0], [1, 0, 0]], [[-0.6, 0.8, 0], [0.8, 0.6, 0]], [[-1, 0, 0], [0, 1, 0]]]) {
    const { a, b } = principalPlane(Float64Array.from([...rows.flat(), 0, 0, 1]), before);
    [1, 0, 0].forEach((value, j) => near(a[j], value));
    [0, 1, 0].forEach((value, j) => near(b[j], value));
  }
});

test('an ellipse has the axes of the covariance on the plane', () => {
  const upright = projectedEllipse([0.5, 2, 9], dimensionPlane(3, 0, 1));
  near(upright.major, 2);
  near(upright.minor, 0.5);
  near(Math.abs(upright.angle), Math.PI / 2);
  // Turned by 45° in the first two dimensions, with the third as the other axis.
  const half = Math.SQRT1_2;
  const plane = { a: Float64Array.of(half, half, 0), b: Float64Array.of(0, 0, 1) };
  const slanted = projectedEllipse([1, 3, 0.1], plane);
  near(slanted.major, Math.sqrt(5));
  near(slanted.minor, 0.1);
  near(slanted.angle, 0);
  // A tilted plane: compared with the variance in every direction.
  const tilted = { a: Float64Array.of(half, half), b: Float64Array.of(-half, half) };
  const { major, minor, angle } = projectedEllipse([1, 2], tilted);
  for (let at = 0; at < 6; at += 0.5) {
    const direction = [Math.cos(at) * half - Math.sin(at) * half, Math.cos(at) * half + Math.sin(at) * half];
    const variance = direction[0] ** 2 + 4 * direction[1] ** 2;
    near((major * Math.cos(at - angle)) ** 2 + (minor * Math.sin(at - angle)) ** 2, variance);
  }
});

test('scales go to the canvas and back, and zooming keeps the place under the pointer', () => {
  for (const warp of /** @type {const} */ (['even', 'normal'])) {
    const view = warp === 'even' ? { x: 1, y: -0.5, half: 2 } : { x: 0.4, y: 0.6, half: 0.3 };
    const scale = makeScale({ width: 300, height: 200 }, view, warp);
    near(scale.u(scale.x(0.3)), 0.3);
    near(scale.v(scale.y(0.2)), 0.2);
    assert.ok(scale.y(1) < scale.y(0) && scale.x(1) > scale.x(0));
    const closer = makeScale({ width: 300, height: 200 }, zoomed(scale, 2, 40, 150), warp);
    near(closer.u(40), scale.u(40));
    near(closer.v(150), scale.v(150));
    near(closer.unit, 2 * scale.unit);
  }
});

test('circles stay round, to scale', () => {
  const scale = makeScale({ width: 700, height: 300 }, { x: 0, y: 0, half: 3 }, 'even');
  near(scale.x(1) - scale.x(0), 50);
  near(scale.y(0) - scale.y(1), 50);
});

test('a view makes room for all but a few points, and takes it back once they need much less', () => {
  const points = Float32Array.from({ length: 400 }, (_, i) => (i % 20) / 4);
  const { half } = fitted(points);
  assert.ok(half >= 4.75 && half < 6);
  const home = fitted(new Float32Array(200));
  assert.equal(home.half, 3.5);
  const keeper = new ViewKeeper();
  assert.equal(keeper.follow(points, false), true);
  assert.equal(keeper.view('even').half, half);
  assert.equal(keeper.follow(new Float32Array(200), false), false, 'not for so little');
  assert.equal(keeper.follow(points.map((value) => 2 * value), false), true);
  assert.equal(keeper.follow(new Float32Array(200), false), true);
  assert.equal(keeper.view('even').half, 3.5);
  assert.equal(keeper.follow(points, false), true);
  assert.equal(keeper.follow(new Float32Array(200), true), true, 'other weights');
});

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

test('the lattice of pictures covers the canvas and stays in place while the view moves', () => {
  const size = { width: 310, height: 200 };
  const frame = frameOf(makeScale(size, { x: 0.13, y: -0.4, half: 3 }, 'even'), 25);
  const moved = frameOf(makeScale(size, { x: 0.63, y: -0.4, half: 3 }, 'even'), 25);
  near(moved.cell, frame.cell);
  const scale = makeScale(size, { x: 0.13, y: -0.4, half: 3 }, 'even');
  assert.ok(scale.wx(frame.left * frame.cell) <= 0.001 && scale.wx((frame.left + frame.columns) * frame.cell) >= 309.999);
  assert.ok(scale.wy((frame.bottom + frame.rows) * frame.cell) <= 0.001 && scale.wy(frame.bottom * frame.cell) >= 199.999);
});

test('by Φ the lattice is that of equal shares of the prior', () => {
  const scale = makeScale({ width: 300, height: 200 }, { x: 0.5, y: 0.5, half: 0.5 }, 'normal');
  const frame = frameOf(scale, 20);
  assert.deepEqual([frame.columns, frame.rows, frame.left, frame.bottom], [10, 10, 0, 0]);
  const codes = gridCodes(frame, dimensionPlane(2, 0, 1), new Float32Array(2));
  near(codes[0], normalQuantile(0.05));
  near(codes[1], normalQuantile(0.95));
  near(codes[codes.length - 2], normalQuantile(0.95));
  near(codes[codes.length - 1], normalQuantile(0.05));
});

test('a grid goes through the code that is there', () => {
  const frame = { warp: /** @type {const} */ ('even'), cell: 1, left: -1, bottom: 0, columns: 2, rows: 1 };
  const plane = dimensionPlane(3, 2, 0);
  assert.deepEqual([...gridCodes(frame, plane, residual(Float32Array.of(9, 7, 9), plane))], [0.5, 7, -0.5, 0.5, 7, 0.5]);
});

test('pictures are laid out row by row in their tones', () => {
  const tones = tonesBetween([0, 0, 0], [255, 255, 255]);
  const into = new Uint32Array(2 * 2 * 2);
  layOut(into, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), { columns: 2, width: 2, height: 2 }, tones);
  assert.deepEqual([...into].map((tone) => tone & 255), [1, 2, 5, 6, 3, 4, 7, 8]);
  assert.ok([...into].every((tone) => tone >>> 24 === 255));
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

test('dimensions stand by their divergence, and a traversal moves one alone', () => {
  const kl = klOfPosterior(Float32Array.of(0, 2), Float32Array.of(1, 0.5));
  near(kl[0], 0);
  near(kl[1], (4 + 0.25 - 1) / 2 - Math.log(0.5));
  assert.deepEqual(orderByKl([0.5, 3, 0.5, 1]), [1, 3, 0, 2]);
  const codes = traversal(Float32Array.of(1, 2), [1]);
  assert.equal(codes.length, 2 * STOPS);
  assert.ok([...codes].every((value, i) => i % 2 === 1 || value === 1));
  near(codes[1], -codes[codes.length - 1]);
  assert.ok(Math.abs(codes[1]) < REACH);
});

test('sliders reach as far as nearly all codes, and no farther than codes that blow up', () => {
  assert.equal(reachOf(new Float32Array(100).fill(1)), REACH);
  assert.equal(reachOf(Float32Array.from({ length: 1000 }, (_, i) => (i < 5 ? 90 : 1))), REACH);
  const wide = reachOf(Float32Array.from({ length: 100 }, (_, i) => (i % 2 ? -13 : 13)));
  assert.ok(wide >= 13 && wide < 20);
  assert.ok(Number.isFinite(reachOf(new Float32Array(10).fill(Infinity))));
  const codes = traversal(Float32Array.of(0), [0], 7);
  near(codes[0], -6);
  near(codes[STOPS - 1], 6);
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

test('a place is among the digits that lie nearest to it', () => {
  const points = Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 3));
  const labels = Uint8Array.from({ length: 20 }, (_, i) => (i < 10 ? 4 : 9));
  assert.equal(commonClass(points, labels, 0.5, 0.5), 4);
  assert.equal(commonClass(points, labels, 2.5, 2.5), 9);
  assert.equal(commonClass(new Float32Array(), labels, 0, 0), null);
});

test('the digit nearest to a place is found among those that are shown, and only close by', () => {
  const points = Float32Array.of(0, 0, 1, 0, 1.1, 0);
  const labels = Uint8Array.of(3, 5, 7);
  assert.equal(nearestDigit(points, labels, [], 1.02, 0, 0.5), 1);
  assert.equal(nearestDigit(points, labels, [5], 1.02, 0, 0.5), 2);
  assert.equal(nearestDigit(points, labels, [], 3, 0, 0.5), null);
});

test('a link carries how the map is looked at, and wrong words in it are left out', () => {
  const defaults = initialState();
  /** @type {import('../../www/js/store.js').State} */
  const state = { ...defaults, spec: { ...SPEC, classes: 10 }, mapGrid: 'normal', planeChoice: { kind: 'dimensions', x: 3, y: 0 }, label: 7 };
  const { mapGrid, planeChoice, label } = readUrl(writeUrl(new URL('http://localhost/'), state, defaults));
  assert.deepEqual({ mapGrid, planeChoice, label }, { mapGrid: 'normal', planeChoice: { kind: 'dimensions', x: 3, y: 0 }, label: 7 });
  for (const hash of ['grid=odd', 'plane=1', 'plane=2,2', 'plane=0,1', 'plane=1,2,3', 'plane=a,b', 'class=10', 'class=-1']) {
    const found = readUrl(new URL(`http://localhost/#${hash}`));
    assert.deepEqual([found.mapGrid, found.planeChoice, found.label], [undefined, undefined, undefined], hash);
  }
});

test('class colours stand out from the page and from each other', () => {
  const linear = (/** @type {number} */ value) => (value <= 10.3 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (/** @type {string} */ color) => {
    const [r, g, b] = rgbOf(color).map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [colors, surface] of /** @type {const} */ ([[CLASS_COLORS.light, '#fffefc'], [CLASS_COLORS.dark, '#1b1e25']])) {
    for (const color of colors) {
      const [one, other] = [luminance(color), luminance(surface)];
      assert.ok((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) > 3, color);
    }
    const distances = colors.flatMap((one, i) => colors.slice(0, i).map((other) => Math.hypot(...rgbOf(one).map((v, c) => v - rgbOf(other)[c]))));
    assert.ok(Math.min(...distances) > 50, `${Math.min(...distances)}`);
  }
});
