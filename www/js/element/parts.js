// What each view of the element is made of; a part is fetched when a view needs it.

/** @typedef {import('../compose.js').Views} Views */
/** @typedef {import('./attributes.js').ViewName} ViewName */

const draw = () => import('./parts/draw.js');
const map = () => import('./parts/map.js');
const train = () => import('./parts/train.js');
const full = () => import('./parts/full.js');

/**
 * @typedef {object} Part
 * @property {readonly (() => Promise<{ views: Views }>)[]} groups
 * @property {readonly string[]} styles
 * @property {boolean} digits whether it shows test digits
 */

const DRAW_STYLES = ['base.css', 'messages.css', 'layout.css', 'draw.css', 'output.css'];
const MAP_STYLES = [...DRAW_STYLES, 'latent.css', 'map.css', 'replay.css'];
const TRAIN_STYLES = ['vendor/uPlot.min.css', ...MAP_STYLES, 'train.css', 'charts.css', 'console.css'];

/** `element.css` goes last: it lays out what the others dress. @type {Readonly<Record<ViewName, Part>>} */
export const PARTS = Object.freeze({
  draw: { groups: [draw], styles: [...DRAW_STYLES, 'element.css'], digits: false },
  map: { groups: [draw, map], styles: [...MAP_STYLES, 'element.css'], digits: true },
  train: { groups: [draw, map, train], styles: [...TRAIN_STYLES, 'element.css'], digits: true },
  full: { groups: [draw, map, full, train], styles: [...TRAIN_STYLES, 'network.css', 'wires.css', 'tabs.css', 'element.css'], digits: true },
});
