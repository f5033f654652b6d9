// Mean PSNR of held-out digits against the numbers kept.

import { h, svg } from '../../dom.js';

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 30;
const BOTTOM = 20;
const NUMBERS = 20;
/** dB at the plot's foot and head. */
const RANGE = [8, 24];

/** @typedef {'two' | 'twenty' | 'components'} Curve */

const x = (/** @type {number} */ numbers) => LEFT + ((numbers - 1) / (NUMBERS - 1)) * (WIDTH - LEFT - 10);
const y = (/** @type {number} */ ratio) => HEIGHT - BOTTOM - ((ratio - RANGE[0]) / (RANGE[1] - RANGE[0])) * (HEIGHT - BOTTOM - 8);

export function curves() {
  /** Mean PSNR by numbers kept. @type {Record<Curve, Map<number, number>>} */
  const points = { two: new Map(), twenty: new Map(), components: new Map() };
  const lines = svg('g');
  const handle = svg('line', { class: 'handle', y1: 8, y2: HEIGHT - BOTTOM });
  const plot = svg(
    'svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'curve-plot', 'data-testid': 'compress-curves', 'aria-hidden': 'true' },
    ...[10, 15, 20].flatMap((ratio) => [
      svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - 10, y1: y(ratio), y2: y(ratio) }),
      svg('text', { x: LEFT - 4, y: y(ratio) + 3, 'text-anchor': 'end' }, String(ratio)),
    ]),
    ...[1, 5, 10, 15, 20].map((numbers) => svg('text', { x: x(numbers), y: HEIGHT - 6, 'text-anchor': 'middle' }, String(numbers))),
    handle, lines,
  );

  const draw = () => {
    lines.replaceChildren(
      ...(/** @type {const} */ (['components', 'twenty'])).map((name) => svg('polyline', { class: name, points: [...points[name]].map(([n, ratio]) => `${x(n).toFixed(1)},${y(ratio).toFixed(1)}`).join(' ') })),
      ...[...points.two].map(([n, ratio]) => svg('circle', { class: 'two', cx: x(n), cy: y(ratio), r: 4 })),
    );
  };

  return {
    element: h(
      'div', { class: 'curve-box' }, plot,
      h(
        'ul', { class: 'key' },
        h('li', {}, h('i', { class: 'two' }), h('span', { text: 'compress.key.two' })),
        h('li', {}, h('i', { class: 'twenty' }), h('span', { text: 'compress.key.twenty' })),
        h('li', {}, h('i', { class: 'components' }), h('span', { text: 'compress.key.components' })),
      ),
    ),
    /**
     * @param {Curve} name
     * @param {number} numbers kept
     * @param {number} ratio mean PSNR in dB
     */
    add(name, numbers, ratio) {
      points[name].set(numbers, ratio);
      plot.dataset[name] = String(points[name].size);
      draw();
    },
    /** @param {number} numbers the handle's */
    mark(numbers) {
      handle.setAttribute('x1', String(x(numbers)));
      handle.setAttribute('x2', String(x(numbers)));
    },
  };
}
