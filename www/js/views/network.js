// The encoder or the decoder as its layers: one bar each, as tall as the layer is large.

import { h, svg, translate } from '../dom.js';

/** @typedef {import('../api/types.js').VaeSpec} VaeSpec */

const WIDTH = 120;
const HEIGHT = 200;

/**
 * How many numbers stand between the layers of each half.
 * @param {VaeSpec} spec
 * @returns {{ encoder: number[], decoder: number[] }} from pixels to latent, and back
 */
export function layerSizes(spec) {
  const { channels, height, width } = spec.input;
  const pixels = channels * height * width;
  const encoder = [pixels, ...trace(spec.encoder, [channels, height, width]), spec.latent];
  const decoder = [spec.latent, ...trace(spec.decoder, [spec.latent, 1, 1])];
  // Where the last layer has not the picture's size, one more brings it there.
  if (decoder[decoder.length - 1] !== pixels) decoder.push(pixels);
  return { encoder, decoder };
}

/**
 * @param {import('../api/types.js').Layer[]} layers
 * @param {[number, number, number]} shape channels, height, width
 * @returns {number[]}
 */
function trace(layers, [channels, height, width]) {
  const sizes = [];
  for (const layer of layers) {
    const { kernel = 1, stride = 1, padding = 0, outputPadding = 0 } = layer;
    if (layer.type === 'linear') [channels, height, width] = [layer.units ?? 0, 1, 1];
    else if (layer.type === 'reshape') {
      // The same numbers in another shape: no bar of its own.
      [channels, height, width] = [layer.channels ?? 1, layer.height ?? 1, layer.width ?? 1];
      continue;
    } else {
      const grow = (/** @type {number} */ side) =>
        layer.type === 'conv2d'
          ? Math.floor((side + 2 * padding - kernel) / stride) + 1
          : (side - 1) * stride - 2 * padding + kernel + outputPadding;
      [channels, height, width] = [layer.channels ?? 1, grow(height), grow(width)];
    }
    sizes.push(channels * height * width);
  }
  return sizes;
}

/**
 * @param {'encoder' | 'decoder'} half
 * @returns {(element: HTMLElement, store: import('../store.js').Store) => void}
 */
export function mountNetwork(half) {
  return (element, store) => {
    const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'network', role: 'img' });
    element.append(h('div', { class: 'network-box' }, picture));
    store.watch(['spec', 'lang'], ({ spec, lang }) => {
      if (!spec) return;
      const sizes = layerSizes(spec)[half];
      picture.setAttribute('aria-label', translate(lang, 'network.label', { sizes: sizes.join(' → ') }));
      picture.replaceChildren(...drawLayers(sizes));
    });
  };
}

/** @param {number[]} sizes */
function drawLayers(sizes) {
  const largest = Math.max(...sizes);
  const tall = (/** @type {number} */ n) => 26 + (HEIGHT - 62) * Math.sqrt(n / largest);
  const middle = (HEIGHT - 20) / 2;
  const bars = sizes.map((n, i) => ({ n, x: 10 + (i * (WIDTH - 20)) / (sizes.length - 1), half: tall(n) / 2 }));
  const funnels = bars.slice(1).map((bar, i) => {
    const from = bars[i];
    return svg('polygon', {
      class: 'funnel',
      points: [
        [from.x, middle - from.half], [bar.x, middle - bar.half], [bar.x, middle + bar.half], [from.x, middle + from.half],
      ].join(' '),
    });
  });
  const shapes = bars.flatMap(({ n, x, half }) => [
    svg('rect', { class: 'layer', x: x - 2.5, y: middle - half, width: 5, height: 2 * half, rx: 2.5 }),
    svg('text', { class: 'layer-size', x, y: HEIGHT - 4, 'text-anchor': 'middle' }, String(n)),
  ]);
  return [...funnels, ...shapes];
}
