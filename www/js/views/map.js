// The map of the latent space: a canvas that shows where digits lie, and decodes wherever it is pointed at.

import { h, remOf, translate } from '../dom.js';
import { makeGlyphs } from '../map/glyphs.js';
import { drawLens } from '../map/lens.js';
import { frameOf } from '../map/manifold.js';
import { drawingOf, momentOf } from '../map/moment.js';
import { Motion } from '../map/motion.js';
import { MapPainter } from '../map/painter.js';
import { readTheme } from '../map/palette.js';
import { along, project, residual } from '../map/plane.js';
import { attachPointing } from '../map/pointing.js';
import { makeScale, nearer, zoomed } from '../map/scale.js';
import { Sheet, mapTones } from '../map/sheet.js';
import { nearestDigit, placeWords } from '../map/words.js';
import { ViewKeeper } from '../map/view-keeper.js';
import { zoomButtons } from '../map/zoom-buttons.js';

/** How wide a picture of the manifold is at rest and while training. */
const CELL = 25;
const BUSY_CELL = 34;
/** The view rests for so long before its pictures are decoded. */
const REST_MS = 60;
/** While training there are no more pictures than this: they are decoded many times a second. */
const BUSY_PICTURES = 200;
/** A digit is at a place if it is no farther. */
const TOUCH = 9;
/** An arrow key goes this part of the shorter side. */
const STEPS_PER_SIDE = 64;

/** Device pixels to a CSS pixel; more than three would cost much and show nothing. */
const pixelRatio = () => Math.min(3, devicePixelRatio || 1);

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const canvas = h('canvas', { class: 'map-canvas', 'data-testid': 'latent-map', tabindex: 0, role: 'application', label: 'map.label', 'aria-describedby': 'map-keys' });
  const readout = h('p', { class: 'map-readout', 'data-testid': 'map-readout' });
  const spoken = h('p', { class: 'unseen', 'aria-live': 'polite' });
  element.append(canvas, readout, h('p', { class: 'unseen', id: 'map-keys', text: 'map.keys' }), spoken);

  const painter = new MapPainter(canvas);
  const sheet = new Sheet();
  const motion = new Motion();
  const keeper = new ViewKeeper();
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let theme = readTheme(element);
  let tones = mapTones(theme);
  /** CSS pixels to a length here: on large screens, where type is larger, so are marks and numerals. */
  let unit = 1;
  /** Device pixels to a CSS pixel. */
  let ratio = 1;
  let size = { width: 0, height: 0 };
  let glyphs = makeGlyphs(theme, 10);
  let scale = makeScale({ width: 1, height: 1 }, keeper.view('even'), 'even');
  let groundStale = true;
  let frameRequested = false;
  let dragging = false;
  let glides = false;
  /** @type {import('../map/scale.js').View | null} */
  let replayed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let frameTimer;

  const warp = () => (store.state.mapGrid === 'normal' ? 'normal' : 'even');

  /** The view that is to be shown: of a replay one for all of it. */
  const wanted = () => replayed ?? keeper.view(warp());

  /** @param {boolean} [gliding] the view gets there by and by */
  const rescale = (gliding = false) => {
    glides = gliding && !still.matches;
    if (!glides) scale = makeScale(size, wanted(), warp());
    clearTimeout(frameTimer);
    frameTimer = setTimeout(reframe, store.state.frame ? REST_MS : 0);
    redraw(true);
  };

  const reframe = () => {
    if (size.width < 1) return;
    const cell = store.state.run === 'running' ? Math.max(BUSY_CELL, Math.sqrt((size.width * size.height) / BUSY_PICTURES)) : CELL;
    const frame = frameOf(makeScale(size, wanted(), warp()), cell);
    const before = store.state.frame;
    const keys = /** @type {(keyof typeof frame)[]} */ (Object.keys(frame));
    if (!before || keys.some((key) => frame[key] !== before[key])) store.set({ frame });
  };

  const redraw = (whole = false) => {
    groundStale ||= whole;
    if (frameRequested) return;
    frameRequested = true;
    requestAnimationFrame(paint);
  };

  /** @param {number} now */
  const paint = (now) => {
    frameRequested = false;
    const { state } = store;
    const moment = momentOf(state);
    if (size.width < 1) return;
    // A window may be moved to another screen, or the page zoomed.
    if (ratio !== pixelRatio()) return resize();
    if (glides) {
      const view = nearer(scale.view, wanted());
      glides = view !== wanted();
      scale = makeScale(size, view, warp());
    }
    const moving = motion.advance(now) || glides;
    const shown = state.mapGrid === 'off' ? null : moment?.manifold;
    const drawing = moment ? drawingOf(moment) : { posterior: null, trail: null, z: null, flat: false };
    const scene = {
      scale, theme, glyphs, ...drawing,
      manifold: shown
        ? { ...shown, sheet: sheet.paint(shown.pictures, { ...shown, columns: shown.frame.columns }, tones) }
        : null,
      digits: moment && state.digits
        ? { points: state.replay === null ? motion.at : moment.points, labels: state.digits.labels, hidden: state.hiddenClasses }
        : null,
    };
    const context = painter.paint(scene, { ratio: ratio * unit, moved: groundStale || moving });
    groundStale = moving;
    const pointed = state.zSource === 'hover' || (dragging && state.zSource === 'hand');
    const lens = state.replay !== null
      ? { at: drawing.posterior, picture: moment?.reconstruction }
      : { at: pointed ? drawing.z : null, picture: state.reconstruction };
    if (context && lens.at && lens.picture) drawLens(context, scale, lens.at, lens.picture, theme);
    if (moving) redraw();
  };

  const resize = () => {
    ratio = pixelRatio();
    unit = remOf(element) / 16;
    size = { width: canvas.clientWidth / unit, height: canvas.clientHeight / unit };
    recolor();
    rescale();
  };

  const recolor = () => {
    theme = readTheme(element);
    tones = mapTones(theme);
    const side = Math.min(size.width, size.height);
    glyphs = makeGlyphs(theme, Math.max(8.5, Math.min(13, 3.3 + side / 50)) * ratio * unit);
    redraw(true);
  };

  /**
   * The code at a place on the canvas, within the plane through the code that is there.
   * @param {number} u
   * @param {number} v
   */
  const codeAt = (u, v) => {
    const { atlas, z } = store.state;
    return atlas && along(residual(z, atlas.plane), atlas.plane, u, v);
  };
  const live = () => store.state.replay === null && store.state.atlas?.plane.a.length === store.state.spec?.latent;
  /** @param {Float32Array | null} code */
  const put = (code) => code && engine.setZ(code);

  attachPointing(canvas, () => unit, {
    hover(x, y) {
      const code = live() && codeAt(scale.u(x), scale.v(y));
      if (code) engine.previewZ(code);
    },
    leave() {
      dragging = false;
      engine.endPreview();
      redraw();
    },
    pick(x, y) {
      store.set({ replay: null });
      dragging = true;
      if (live()) put(codeAt(scale.u(x), scale.v(y)));
    },
    zoom(factor, x, y) {
      keeper.choose(warp(), zoomed(scale, factor, x, y));
      replayed = null;
      rescale();
    },
    pan(dx, dy) {
      const { x, y, half } = scale.view;
      keeper.choose(warp(), { x: x - dx / scale.unit, y: y + dy / scale.unit, half });
      replayed = null;
      rescale();
    },
    move(right, up) {
      const { atlas, z } = store.state;
      if (!atlas || !live()) return;
      const [u, v] = project(z ?? new Float32Array(atlas.plane.a.length), atlas.plane);
      const step = Math.min(size.width, size.height) / STEPS_PER_SIDE;
      // On the canvas, so that a step looks the same wherever it is and however coordinates are warped.
      const [x, y] = [scale.x(u) + right * step, scale.y(v) - up * step];
      dragging = true;
      put(codeAt(scale.u(x), scale.v(y)));
      say();
    },
    fit: () => fit(),
    home: () => engine.latentToMean(),
    take: (x, y) => take(scale.u(x), scale.v(y), scale.u(x + TOUCH) - scale.u(x)),
    takeHere() {
      const { atlas, z } = store.state;
      if (!atlas || z?.length !== atlas.plane.a.length) return;
      const [u, v] = project(z, atlas.plane);
      take(u, v, Infinity);
    },
  });
  canvas.addEventListener('pointerup', () => {
    dragging = false;
    redraw();
  });
  canvas.addEventListener('blur', () => {
    dragging = false;
    redraw();
  });

  /**
   * The digit at a place becomes the drawing.
   * @param {number} u
   * @param {number} v
   * @param {number} reach
   */
  const take = (u, v, reach) => {
    const { atlas, digits, hiddenClasses } = store.state;
    const index = live() && atlas && digits ? nearestDigit(atlas.points, digits.labels, hiddenClasses, u, atlas.plane.a.length > 1 ? v : 0, reach) : null;
    if (index !== null) void engine.pick(index);
  };

  const fit = () => {
    keeper.fit(warp(), store.state.atlas?.points ?? null);
    rescale(true);
  };
  element.append(zoomButtons((factor) => {
    keeper.choose(warp(), zoomed(scale, factor, size.width / 2, size.height / 2));
    replayed = null;
    rescale();
  }, fit));

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speech;
  /** Spoken once the keys rest, or every step would be read out. */
  const say = () => {
    clearTimeout(speech);
    speech = setTimeout(() => void (spoken.textContent = readout.textContent), 350);
  };

  store.watch(['atlas', 'replay', 'snapshots'], ({ atlas, run, replay, snapshots }) => {
    if (atlas) {
      motion.aim(atlas.points, performance.now(), still.matches);
      if (keeper.follow(atlas.points, run === 'idle' && snapshots.length === 0)) rescale(true);
    }
    const whole = replay !== null && warp() === 'even' && !keeper.isChosen('even');
    if (whole !== (replayed !== null)) {
      replayed = whole ? keeper.cover(snapshots) : null;
      rescale(true);
    }
    redraw(true);
  });
  store.watch(['digits', 'manifold', 'hiddenClasses', 'replay'], () => redraw(true));
  store.watch(['mu', 'sigma', 'z', 'trail', 'reconstruction', 'zSource'], () => redraw());
  store.watch(['mapGrid', 'run'], () => rescale(glides));
  store.watch(['z', 'atlas', 'lang', 'hiddenClasses', 'replay'], (state) => {
    const words = placeWords(state);
    readout.textContent = words ? translate(state.lang, words.key, words.params) : '';
  });
  store.watch(['theme'], recolor);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor, { signal: store.signal });
  new ResizeObserver(resize).observe(canvas);
}
