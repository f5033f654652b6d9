// Draws a map on any canvas context: ground first, then what is of one drawing. Knows no element and no store.

import { stamp } from './glyphs.js';

/**
 * All that a map shows. Coordinates are the plane's.
 * @typedef {object} Scene
 * @property {import('./scale.js').Scale} scale
 * @property {import('./palette.js').Theme} theme
 * @property {{ sheet: CanvasImageSource, frame: import('./manifold.js').Frame } | null} manifold
 * @property {{ points: Float32Array, labels: Uint8Array, hidden: readonly number[] } | null} digits
 * @property {import('./glyphs.js').Glyphs} glyphs
 * @property {boolean} flat one dimension: what is up and down means nothing
 * @property {{ u: number, v: number, ellipse: { major: number, minor: number, angle: number } } | null} posterior of the drawing
 * @property {Float32Array | null} trail n×2, where μ has been, oldest first
 * @property {{ u: number, v: number } | null} z
 */

const TURN = 2 * Math.PI;
/** Corners of an ellipse: it is drawn as a polygon, because Φ bends it. */
const CORNERS = 72;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
export function drawMap(context, scene) {
  drawGround(context, scene);
  drawDrawing(context, scene);
}

/**
 * The manifold, the prior's circles and the digits: what changes with the weights and the view.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
export function drawGround(context, { scale, theme, manifold, digits, glyphs, flat }) {
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, scale.width, scale.height);
  if (manifold && manifold.frame.warp === scale.warp) {
    const { cell, left, bottom, columns, rows } = manifold.frame;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    context.drawImage(
      manifold.sheet, scale.wx(left * cell), scale.wy((bottom + rows) * cell), columns * cell * scale.unit, rows * cell * scale.unit,
    );
  }
  context.strokeStyle = theme['ink-soft'];
  context.lineWidth = 1;
  for (const radius of [1, 2, 3]) {
    context.globalAlpha = 0.55 - radius * 0.1;
    context.setLineDash([2, 4]);
    context.beginPath();
    if (flat) for (const side of [-radius, radius]) upright(context, scale, side);
    else outline(context, scale, { u: 0, v: 0, major: radius, minor: radius, angle: 0 });
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (digits) stamp(context, scale, digits, glyphs, flat);
}

/**
 * The drawing's posterior with its trail, and z.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
export function drawDrawing(context, { scale, theme, flat, posterior, trail, z }) {
  if (trail && trail.length > 2) drawTrail(context, scale, trail, theme);
  if (posterior) drawPosterior(context, scale, posterior, theme, flat);
  if (z) drawZ(context, scale, z, theme, flat);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {Float32Array} trail
 * @param {import('./palette.js').Theme} theme
 */
function drawTrail(context, scale, trail, theme) {
  const n = trail.length / 2;
  context.lineCap = 'round';
  for (const [color, width] of /** @type {const} */ ([[theme.surface, 4.5], [theme.mu, 2]])) {
    context.strokeStyle = color;
    for (let i = 1; i < n; i++) {
      const age = i / n;
      context.globalAlpha = 0.08 + 0.92 * age * age;
      context.lineWidth = width * (0.5 + 0.5 * age);
      context.beginPath();
      context.moveTo(scale.x(trail[2 * i - 2]), scale.y(trail[2 * i - 1]));
      context.lineTo(scale.x(trail[2 * i]), scale.y(trail[2 * i + 1]));
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

/**
 * μ with the ellipses of one and two σ.
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {NonNullable<Scene['posterior']>} posterior
 * @param {import('./palette.js').Theme} theme
 * @param {boolean} flat
 */
function drawPosterior(context, scale, { u, v, ellipse }, theme, flat) {
  for (const sigmas of [2, 1]) {
    context.beginPath();
    if (flat) {
      const from = scale.x(u - sigmas * ellipse.major);
      context.rect(from, 0, scale.x(u + sigmas * ellipse.major) - from, scale.height);
    } else {
      const { major, minor, angle } = ellipse;
      outline(context, scale, { u, v, major: sigmas * major, minor: sigmas * minor, angle });
    }
    context.globalAlpha = 0.16;
    context.fillStyle = theme.sigma;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = theme.surface;
    context.lineWidth = 3.5;
    context.stroke();
    context.strokeStyle = theme.sigma;
    context.lineWidth = sigmas === 1 ? 2 : 1.25;
    context.stroke();
  }
  const [x, y] = [scale.x(u), flat ? scale.height / 2 : scale.y(v)];
  context.beginPath();
  context.arc(x, y, 4.5, 0, TURN);
  context.fillStyle = theme.mu;
  context.fill();
  context.strokeStyle = theme.surface;
  context.lineWidth = 2;
  context.stroke();
}

/**
 * z as a ring with a cross, so that shape tells it from μ.
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {{ u: number, v: number }} z
 * @param {import('./palette.js').Theme} theme
 * @param {boolean} flat
 */
function drawZ(context, scale, z, theme, flat) {
  const [x, y] = [scale.x(z.u), flat ? scale.height / 2 : scale.y(z.v)];
  const trace = () => {
    context.beginPath();
    context.arc(x, y, 8, 0, TURN);
    for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 13 * dx, y + 13 * dy);
    }
    if (flat) upright(context, scale, z.u);
  };
  context.strokeStyle = theme.surface;
  context.lineWidth = 5;
  trace();
  context.stroke();
  context.strokeStyle = theme.z;
  context.lineWidth = 2.25;
  trace();
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {number} u
 */
function upright(context, scale, u) {
  context.moveTo(scale.x(u), 0);
  context.lineTo(scale.x(u), scale.height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {{ u: number, v: number, major: number, minor: number, angle: number }} ellipse
 */
function outline(context, scale, { u, v, major, minor, angle }) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < CORNERS; i++) {
    const along = major * Math.cos((i / CORNERS) * TURN);
    const across = minor * Math.sin((i / CORNERS) * TURN);
    const x = scale.x(u + along * cos - across * sin);
    const y = scale.y(v + along * sin + across * cos);
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}
