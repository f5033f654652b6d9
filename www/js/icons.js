// Small line drawings for buttons, on a grid of 20.

import { svg } from './dom.js';

const PATHS = Object.freeze({
  undo: 'M7 4 3 8l4 4M3 8h8.5a4.5 4.5 0 0 1 0 9H8',
  redo: 'm13 4 4 4-4 4M17 8H8.5a4.5 4.5 0 0 0 0 9H12',
  eraser: 'm8 17-5-5 8.5-8.5 5 5L8 17Zm0 0h9M6.5 8.5l5 5',
  clear: 'M4 5.5h12M8 5V3h4v2M5.5 5.5l.8 11.5h7.4l.8-11.5M8.3 8.5v5.5m3.4-5.5v5.5',
  image: 'M3 4h14v12H3zM3 13.5l4-4 3.5 3.5 2-2 4.5 4.5M13.2 7.3v.2',
  grid: 'M3.5 3.5h5v5h-5zm8 0h5v5h-5zm-8 8h5v5h-5zm8 0h5v5h-5z',
  close: 'm5 5 10 10M15 5 5 15',
  again: 'M15.6 12A6 6 0 1 1 15 6.8M15.5 3v4h-4',
});

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return svg('svg', { class: 'icon-drawing', viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d: PATHS[name] }));
}
