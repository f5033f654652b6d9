// The decoded picture beside the place that is pointed at.

import { Sheet } from './sheet.js';
import { tonesBetween } from './manifold.js';

const WIDTH = 60;
const GAP = 18;
const PIXELS = 28;
const TONES = tonesBetween([7, 8, 11], [255, 255, 255]);
/** @type {Sheet | null} */
let sheet = null;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('./scale.js').Scale} scale
 * @param {{ u: number, v: number }} place
 * @param {Float32Array} picture 28×28 in [0, 1]
 * @param {import('./palette.js').Theme} theme
 */
export function drawLens(context, scale, place, picture, theme) {
  sheet ??= new Sheet();
  const bytes = Uint8ClampedArray.from(picture, (value) => value * 255);
  const source = sheet.paint(new Uint8Array(bytes.buffer), { columns: 1, width: PIXELS, height: PIXELS }, TONES);
  const [x, y] = [scale.x(place.u), scale.y(place.v)];
  // On the side with room.
  const left = x + GAP + WIDTH < scale.width ? x + GAP : x - GAP - WIDTH;
  const top = y - GAP - WIDTH > 0 ? y - GAP - WIDTH : y + GAP;
  context.fillStyle = theme.xhat;
  context.fillRect(left - 2, top - 2, WIDTH + 4, WIDTH + 4);
  context.imageSmoothingEnabled = false;
  context.drawImage(source, left, top, WIDTH, WIDTH);
}
