// The map's geometry: planes, ellipses, scales, the normal distribution, lattices of pictures.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameOf, gridCodes, layOut, tonesBetween } from '../../www/js/map/manifold.js';
import { normalCdf, normalQuantile } from '../../www/js/map/normal.js';
import { klOfPosterior, orderByKl } from '../../www/js/map/order.js';
import { CLASS_COLORS, rgbOf } from '../../www/js/map/palette.js';
import { along, dimensionPlane, principalPlane, project, projectedEllipse, residual } from '../../www/js/map/plane.js';
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
