// The descent on z as it happens: its picture, its steps, its energy; run, pause, step, other starts.

import { h, showNumber, svg, translate } from '../../dom.js';
import { descent } from '../../engine/descent.js';
import { stack } from '../../engine/model.js';
import { normals } from '../../engine/noise.js';
import { film } from '../shared/film.js';
import { PIXELS, nth, picture, show, showSheet } from '../shared/picture.js';
import { send } from '../shared/send.js';

/** Steps after which the descent rests; by then its curve has been flat for long. */
const STEPS = 160;
/** The steps shown side by side: early ones change most. */
const LANDMARKS = [0, 2, 5, 10, 20, 40, 80, 160];
const MOST_STARTS = 6;
/** A pace that the eye can follow. */
const STEP_MS = 1000 / 60;
const MOST_PER_FRAME = 8;
const FRAME_MS = 40;

const WIDTH = 200;
const HEIGHT = 100;

/** @typedef {{ problem: import('../../engine/damage.js').Damaged, mu: Float32Array, label: number }} Search */

/**
 * @param {{ store: import('../../store.js').Store, engine: import('../../engine/engine.js').Engine }} page
 * @param {(pixels: Float32Array) => void} found told the best picture after each step
 */
export function searcher({ store, engine }, found) {
  const screen = film(store, { id: 'repair', label: 'repair.film', frameMs: FRAME_MS });
  const run = h('button', { type: 'button', class: 'quiet', 'data-testid': 'repair-run' });
  const once = h('button', { type: 'button', class: 'quiet', 'data-testid': 'repair-step', text: 'repair.step' });
  const restart = h('button', { type: 'button', class: 'quiet', 'data-testid': 'repair-restart', text: 'repair.restart' });
  const starts = h('select', { id: 'repair-starts', 'data-testid': 'repair-starts' });
  starts.append(...[1, 3, MOST_STARTS].map((count) => h('option', { value: count }, String(count))));
  starts.value = '3';
  const prior = h('input', { type: 'checkbox', id: 'repair-prior', 'data-testid': 'repair-prior', checked: true });
  const above = h('button', { type: 'button', class: 'quiet', 'data-testid': 'repair-send', disabled: true, text: 'generate.send', title: 'generate.send.title' });
  const count = h('span', { 'data-testid': 'repair-count' });
  const energy = h('span', { 'data-testid': 'repair-energy' });
  const curve = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'energy', 'aria-hidden': 'true' });
  const strip = h('canvas', { class: 'tile strip', width: 238, height: 28, role: 'img', label: 'repair.strip', 'data-testid': 'repair-strip' });
  const rivals = Array.from({ length: MOST_STARTS }, () => picture({ label: 'repair.rival' }));

  /** @type {Search | null} */
  let search = null;
  /** @type {ReturnType<typeof descent> | null} */
  let going = null;
  /** What the descent passed through; the best start's picture of each step. */
  let frames = /** @type {Float32Array[]} */ ([]);
  let energies = /** @type {Float64Array[]} */ ([]);
  let best = 0;
  let seed = 1;
  let running = false;
  let looping = false;

  /** Where it stands. @type {import('../../engine/descent.js').Standing | null} */
  let standing = null;

  const paint = () => {
    if (!standing) return;
    const { step, pictures, energies: now } = standing;
    screen.show(stack(frames));
    screen.seek(frames.length - 1);
    showSheet(strip, stack(LANDMARKS.map((at) => frames[at] ?? new Float32Array(PIXELS))), LANDMARKS.length);
    rivals.forEach((canvas, i) => {
      canvas.hidden = i >= now.length || now.length === 1;
      if (!canvas.hidden) show(canvas, nth(pictures, i));
      canvas.classList.toggle('best', i === best);
    });
    showNumber(count, step, String);
    showNumber(energy, now[best], (value) => value.toFixed(1));
    drawCurve(curve, energies, best);
    above.disabled = false;
    found(frames[frames.length - 1]);
  };

  const words = () => {
    run.textContent = translate(store.state.lang, running ? 'repair.pause' : 'repair.run');
    run.disabled = once.disabled = restart.disabled = !search;
  };

  /** One step; a model exchanged meanwhile ends the descent, as its codes mean nothing now. */
  const advanceNow = async () => {
    const mine = going;
    if (!mine) return;
    try {
      if (engine.model.spec !== mine.spec) return void (going = null);
      const next = await mine.next();
      if (mine !== going) return;
      standing = next;
      best = next.best;
      energies.push(next.energies);
      frames.push(nth(next.pictures, best).slice());
    } catch (thrown) {
      if (mine === going) going = null;
      if (engine.model.spec === mine.spec) engine.report(thrown);
    }
  };

  let turn = Promise.resolve();
  /** Steps that were asked for at once are taken one after the other. */
  const advance = () => (turn = turn.then(advanceNow));

  const loop = async () => {
    if (looping) return;
    looping = true;
    let before = performance.now();
    while (running && going && store.state.tab === 'repair') {
      const now = performance.now();
      // Where frames are slow, each holds several steps.
      const due = Math.min(MOST_PER_FRAME, Math.max(1, Math.round((now - before) / STEP_MS)));
      before = now;
      for (let i = 0; i < due && running && frames.length <= STEPS; i++) await advance();
      paint();
      if (frames.length > STEPS) running = false;
      else await new Promise(requestAnimationFrame);
    }
    looping = false;
    words();
  };

  /** From the start again, running. */
  const begin = () => {
    frames = [];
    energies = [];
    going = standing = null;
    above.disabled = true;
    for (const shown of [count, energy]) showNumber(shown, null, String);
    if (search) {
      const { latent } = engine.model.spec;
      const { problem, mu, label } = search;
      const others = normals(seed, (Number(starts.value) - 1) * latent);
      if (mu.length === latent) going = descent(engine.model, problem, { z: Float32Array.of(...mu, ...others), label, prior: prior.checked });
    }
    running = going !== null;
    words();
    void loop();
  };

  run.addEventListener('click', () => {
    if (!running && frames.length > STEPS) begin();
    else {
      running = !running;
      words();
      void loop();
    }
  });
  once.addEventListener('click', () => {
    running = false;
    words();
    void advance().then(paint);
  });
  restart.addEventListener('click', () => {
    seed++;
    begin();
  });
  starts.addEventListener('change', begin);
  prior.addEventListener('change', begin);
  above.addEventListener('click', () => {
    const code = going?.code(best);
    if (search && code?.length === engine.model.spec.latent) send(engine, code, search.label);
  });
  store.watch(['lang'], words);
  store.watch(['tab'], () => void loop());

  return {
    element: h(
      'section', { class: 'panel search' },
      h(
        'div', { class: 'lab-head' }, h('h2', { text: 'repair.search.title' }),
        h('div', { class: 'row' }, run, once, restart, above),
      ),
      h(
        'div', { class: 'search-box' }, screen.element,
        h(
          'div', { class: 'search-side' },
          h('p', { class: 'caption' }, h('span', { text: 'repair.stepOf' }), ' ', count, ' · ', h('span', { text: 'repair.energy' }), ' ', energy),
          curve,
          h('div', { class: 'row' }, h('label', { for: 'repair-starts', class: 'caption', text: 'repair.starts' }), starts, prior, h('label', { for: 'repair-prior', class: 'caption', text: 'repair.prior' })),
        ),
        h('div', { class: 'rivals' }, ...rivals),
      ),
      strip,
      h('p', { class: 'caption', text: 'repair.search.text' }),
    ),
    /** Whether it is on its way. */
    get busy() {
      return running;
    },
    /** @param {Search | null} next */
    begin(next) {
      search = next;
      begin();
    },
  };
}

/**
 * Each start's energy over the steps, on a logarithmic scale, the best one drawn boldly.
 * @param {SVGSVGElement} curve
 * @param {Float64Array[]} energies by step
 * @param {number} best
 */
function drawCurve(curve, energies, best) {
  const logs = energies.map((now) => Array.from(now, (value) => Math.log(Math.max(value, 1e-3))));
  const [low, high] = [Math.min(...logs.flat()), Math.max(...logs.flat())];
  const y = (/** @type {number} */ value) => 4 + ((high - value) / Math.max(high - low, 1e-6)) * (HEIGHT - 8);
  const lines = Array.from(energies[0], (_, start) => {
    const points = logs.map((now, step) => `${((step / STEPS) * WIDTH).toFixed(1)},${y(now[start]).toFixed(1)}`).join(' ');
    return svg('polyline', { points, class: start === best ? 'best' : 'rival', 'vector-effect': 'non-scaling-stroke' });
  });
  curve.replaceChildren(...lines.filter((_, start) => start !== best), lines[best]);
}
