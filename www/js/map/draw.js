// Draws a map's lines and fills on any canvas context. Knows no element and no store.

/**
 * All that a map shows. Coordinates are the plane's, lengths are the scale's.
 * @typedef {object} Scene
 * @property {import('./scale.js').Scale} scale
 * @property {import('./palette.js').Theme} theme
 * @property {{ pictures: Uint8Array, sheet: CanvasImageSource, frame: import('./manifold.js').Frame } | null} manifold
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
 * What lies still below everything: the manifold and the prior's circles.
 * @param {CanvasRenderingContext2D} context
 * @param {Omit<Scene, 'digits' | 'glyphs' | 'posterior' | 'trail' | 'z'>} scene
 */
export function drawBackdrop(context, { scale, theme, manifold, flat }) {
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, scale.width, scale.height);
  if (manifold && manifold.frame.warp === scale.warp) {
    const { cell, left, bottom, columns, rows } = manifold.frame;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'medium';
    context.drawImage(
      manifold.sheet, scale.wx(left * cell), scale.wy((bottom + rows) * cell), columns * cell * scale.unit, rows * cell * scale.unit,
    );
  }
  context.strokeStyle = theme['ink-soft'];
  context.lineWidth = 1;
  for (const radius of [1, 2, 3]) {
    context.globalAlpha = 0.85 - radius * 0.15;
    context.setLineDash([2, 4]);
    context.beginPath();
    if (flat) for (const side of [-radius, radius]) upright(context, scale, side);
    else outline(context, scale, { u: 0, v: 0, major: radius, minor: radius, angle: 0 });
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * The drawing's posterior with its trail, and z.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
export function drawDrawing(context, { scale, theme, flat, posterior, trail, z }) {
  if (trail && trail.length > 2) drawTrail(context, scale, trail, theme);
  if (posterior) drawPosterior(context, scale, posterior, theme, flat);
  if (!z) return;
  // Where z is μ, a ring about it is enough: a cross would hide the ellipses.
  const atMean = posterior !== null && Math.hypot(z.u - posterior.u, z.v - posterior.v) * scale.unit < 0.5;
  drawZ(context, scale, z, theme, flat, atMean);
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
  for (const [color, width] of /** @type {const} */ ([[theme.surface, 5.5], [theme.mu, 2.75]])) {
    context.strokeStyle = color;
    for (let i = 1; i < n; i++) {
      const age = i / n;
      context.globalAlpha = 0.25 + 0.75 * age;
      context.lineWidth = width * (0.6 + 0.4 * age);
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
 * @param {boolean} quiet only the ring
 */
function drawZ(context, scale, z, theme, flat, quiet) {
  const [x, y] = [scale.x(z.u), flat ? scale.height / 2 : scale.y(z.v)];
  const trace = () => {
    context.beginPath();
    context.arc(x, y, 8, 0, TURN);
    if (!quiet) for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 13 * dx, y + 13 * dy);
    }
    if (flat) upright(context, scale, z.u);
  };
  context.strokeStyle = theme.surface;
  context.lineWidth = quiet ? 3 : 5;
  trace();
  context.stroke();
  context.strokeStyle = theme.z;
  context.lineWidth = quiet ? 1.25 : 2.25;
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
