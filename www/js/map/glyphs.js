// The points of the map: each digit's class as a numeral, drawn once for every class and stamped wherever it occurs.

/** Multiples of the golden ratio fill [0, 1) evenly. */
const GOLDEN = 0.618034;

/** @typedef {{ sprites: readonly HTMLCanvasElement[], side: number }} Glyphs */

/**
 * @param {import('./palette.js').Theme} theme
 * @param {number} size of the numerals in canvas units
 * @param {number} ratio device pixels to a canvas unit
 * @returns {Glyphs}
 */
export function makeGlyphs(theme, size, ratio) {
  const side = Math.ceil(size * 1.5);
  const sprites = theme.classes.map((color, label) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = Math.ceil(side * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.scale(ratio, ratio);
    context.font = `700 ${size}px ui-sans-serif, system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    // A rim in the ground's colour keeps numerals apart from each other and from the pictures behind.
    context.lineJoin = 'round';
    context.lineWidth = size / 5;
    context.strokeStyle = theme.surface;
    context.globalAlpha = 0.85;
    context.strokeText(String(label), side / 2, side / 2);
    context.globalAlpha = 1;
    context.fillStyle = color;
    context.fillText(String(label), side / 2, side / 2);
    return canvas;
  });
  return { sprites, side };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {{ points: Float32Array, labels: Uint8Array, hidden: readonly number[] }} digits n×2 coordinates and their classes
 * @param {Glyphs} glyphs
 * @param {boolean} flat one dimension: the height is free, so each class gets a row of its own
 */
export function stamp(context, scale, { points, labels, hidden }, { sprites, side }, flat) {
  const shown = sprites.map((_, label) => !hidden.includes(label));
  const half = side / 2;
  for (let i = 0; 2 * i < points.length; i++) {
    const label = labels[i];
    if (!shown[label]) continue;
    const x = scale.x(points[2 * i]);
    const y = flat ? (scale.height * (label + 0.15 + 0.7 * ((i * GOLDEN) % 1))) / sprites.length : scale.y(points[2 * i + 1]);
    if (x < -half || y < -half || x > scale.width + half || y > scale.height + half) continue;
    context.drawImage(sprites[label], x - half, y - half, side, side);
  }
}
