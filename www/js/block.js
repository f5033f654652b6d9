// A layer as a block of cells: one cell a unit, or one small picture a channel. Pure numbers.

/** @typedef {import('./api/types.js').ImageShape} ImageShape */

/**
 * @typedef {object} Block
 * @property {number} columns of cells
 * @property {number} rows
 * @property {number} cellWidth in the block's pixels, the gap behind it aside
 * @property {number} cellHeight
 * @property {number} gap between cells
 * @property {number} width of the whole in pixels
 * @property {number} height
 * @property {number} units
 */

/** Width by height of a block; taller than wide, as layers are drawn. */
const SHAPE = 0.42;

/**
 * @param {ImageShape} shape of what the layer puts out
 * @returns {Block}
 */
export function blockOf({ channels, height, width }) {
  const picture = height * width > 1;
  const [cellWidth, cellHeight, gap] = picture ? [width, height, 1] : [1, 1, 0];
  // A few units stand in one column; many fill a block, if possible without a ragged end.
  const wanted = channels <= 16 && !picture ? 1 : Math.max(1, Math.sqrt(channels * SHAPE));
  const near = Array.from({ length: Math.ceil(wanted * 1.5) }, (_, i) => i + 1).filter((n) => channels % n === 0 && n > wanted / 1.6);
  const columns = near.length > 0 ? near.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a)) : Math.ceil(wanted);
  const rows = Math.ceil(channels / columns);
  return {
    columns, rows, cellWidth, cellHeight, gap, units: channels,
    width: columns * (cellWidth + gap) - gap, height: rows * (cellHeight + gap) - gap,
  };
}

/**
 * @param {Block} block
 * @param {number} unit
 * @returns {{ x: number, y: number }} of its cell's first pixel
 */
export function cellOf(block, unit) {
  return {
    x: (unit % block.columns) * (block.cellWidth + block.gap),
    y: Math.floor(unit / block.columns) * (block.cellHeight + block.gap),
  };
}

/**
 * @param {Block} block
 * @param {number} x as a share of the block
 * @param {number} y
 * @returns {number} the unit there, or the nearest
 */
export function unitAt(block, x, y) {
  const within = (/** @type {number} */ share, /** @type {number} */ n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
  return Math.min(block.units - 1, within(y, block.rows) * block.columns + within(x, block.columns));
}

/**
 * The unit that an arrow key leads to.
 * @param {Block} block
 * @param {number} unit
 * @param {string} key
 * @returns {number | null} null for a key that leads nowhere
 */
export function neighbour(block, unit, key) {
  const to = {
    ArrowLeft: unit - 1, ArrowRight: unit + 1, ArrowUp: unit - block.columns, ArrowDown: unit + block.columns,
    Home: 0, End: block.units - 1,
  }[key];
  return to === undefined ? null : to < 0 || to >= block.units ? unit : to;
}

/**
 * A layer's values laid out in its block.
 * @param {Block} block
 * @param {Float32Array} values units×(cellHeight·cellWidth)
 * @returns {Float32Array} height×width, 0 in gaps
 */
export function layOut(block, values) {
  const area = block.cellWidth * block.cellHeight;
  const picture = new Float32Array(block.width * block.height);
  for (let unit = 0; unit < block.units; unit++) {
    const { x, y } = cellOf(block, unit);
    for (let row = 0; row < block.cellHeight; row++) {
      const from = unit * area + row * block.cellWidth;
      picture.set(values.subarray(from, from + block.cellWidth), (y + row) * block.width + x);
    }
  }
  return picture;
}

/**
 * @param {ArrayLike<number>} values
 * @returns {number} the largest magnitude, for a scale; 1 where all are 0
 */
export function reach(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most || 1;
}
