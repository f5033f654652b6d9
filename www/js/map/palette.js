// The colours of the map: one for each class, told apart in light and dark and by people who see fewer colours, and those of
// the page's variables as the canvas needs them.

/** Ten colours whose smallest difference is as large as could be found, also as protanopes, deuteranopes and tritanopes see them. */
export const CLASS_COLORS = Object.freeze({
  light: Object.freeze(['#058bfe', '#3c04a4', '#048071', '#925403', '#8000dd', '#8e9413', '#6d0355', '#45528f', '#ca5bb9', '#4b3c00']),
  dark: Object.freeze(['#8aadfd', '#fcee03', '#c2f8c9', '#fb4290', '#2ae8ff', '#b4c50f', '#c448ff', '#edafa4', '#219bb8', '#8e9411']),
});

/** The variables of the page's style sheet that the canvas draws with. */
const NAMES = /** @type {const} */ (['paper', 'surface', 'ink', 'ink-soft', 'line', 'line-strong', 'x', 'mu', 'sigma', 'z', 'xhat', 'tile']);

/** @typedef {ReturnType<typeof readTheme>} Theme */

/**
 * The page's colours as they are now.
 * @param {Element} element
 */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const colors = /** @type {Record<typeof NAMES[number], string>} */ (
    Object.fromEntries(NAMES.map((name) => [name, plain(style.getPropertyValue(`--${name}`).trim())]))
  );
  const dark = style.colorScheme === 'dark';
  return { ...colors, dark, classes: dark ? CLASS_COLORS.dark : CLASS_COLORS.light };
}

/**
 * A page that holds the element may name its colours in any way that CSS knows.
 * @param {string} color
 * @returns {string} #rrggbb
 */
function plain(color) {
  if (/^#[\da-f]{6}$/i.test(color)) return color;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true }));
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * @param {string} color #rrggbb
 * @returns {[number, number, number]} 0..255
 */
export function rgbOf(color) {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
