// The numbers that the lab Learn speaks of, and where its cards stand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { klPerDimension, loudest, show, speaking, sum } from '../../www/js/labs/learn/numbers.js';
import { placeCard } from '../../www/js/labs/learn/placing.js';

test('KL is 0 at the prior, ½ for a mean moved by 1, and grows as the cloud shrinks', () => {
  const kl = klPerDimension([0, 1, 0], [1, 1, 0.1]);
  assert.equal(kl[0], 0);
  assert.equal(kl[1], 0.5);
  // ½ (0.01 − 1) + log 10
  assert.ok(Math.abs(kl[2] - (Math.log(10) - 0.495)) < 1e-12);
  assert.ok(Math.abs(sum(kl) - (0.5 + Math.log(10) - 0.495)) < 1e-12);
  assert.deepEqual(loudest([0, 1, 0], [1, 1, 0.1]), [2, 1, 0]);
  assert.equal(speaking([0, 1, 0], [1, 1, 0.1]), 2);
});

test('numbers are shown with a true minus, never as −0, and a dash where there is none', () => {
  assert.deepEqual([show(-1.239), show(-0.001), show(NaN), show(null), show(12.34, 1)], ['−1.24', '0.00', '–', '–', '12.3']);
});

test('a card stands beside its place, inside the screen, and covers it only where there is no other room', () => {
  const view = { width: 1280, height: 800 };
  const card = { width: 400, height: 200 };
  const apart = (/** @type {import('../../www/js/labs/learn/placing.js').Box} */ a, /** @type {{ left: number, top: number }} */ at) =>
    at.left >= a.left + a.width || at.left + card.width <= a.left || at.top >= a.top + a.height || at.top + card.height <= a.top;
  for (const place of [
    { left: 20, top: 40, width: 200, height: 400 }, { left: 1000, top: 480, width: 250, height: 300 },
    { left: 450, top: 20, width: 300, height: 760 }, { left: 20, top: 20, width: 700, height: 760 }, { left: 0, top: 300, width: 1280, height: 260 },
  ]) {
    const at = placeCard(place, card, view);
    assert.ok(at.left >= 0 && at.top >= 0 && at.left + card.width <= view.width && at.top + card.height <= view.height, JSON.stringify({ place, at }));
    assert.ok(apart(place, at), JSON.stringify({ place, at }));
  }
  const all = placeCard({ left: 0, top: 0, width: 1280, height: 800 }, card, view);
  assert.ok(all.left >= 0 && all.left + card.width <= view.width && all.top + card.height <= view.height);
});
