// The page's style sheets made to hold within a shadow root: what they ask of the document they ask of the element instead.

/** What a rem is in a media query. */
const MEDIA_REM = 16;

/** Selectors of the page's frame, and what stands in their place. */
const FRAME = Object.freeze({ html: '.root', body: '.body', main: '.main' });

/**
 * Lengths no longer follow the type of the surrounding page but `--rem`; what depended on the window's width depends on the
 * element's; every variable of the root can be set from outside, as `--vae-NAME` for `--NAME`.
 * @param {string} text of a style sheet, written by hand or minified
 * @param {{ over?: boolean }} [where] `over` the page, where the window's width is what counts
 * @returns {string}
 */
export function scopeStyles(text, { over = false } = {}) {
  const rule = over ? '@media' : '@container vae';
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/@media([^{]*\b(?:min|max)-width[^{]*)\{/g, (_, query) => `${rule} ${inPixels(query).trim()} {`)
    .replace(/:root/g, '.root')
    .replace(/(^|[\s,}])(html|body|main)(?=[\s,:{[.>])/g, (_, before, name) => before + FRAME[/** @type {keyof typeof FRAME} */ (name)])
    .replace(/\.root[^{}]*\{[^{}]*\}/g, (rule) => rule.replace(/([{;\s])--([\w-]+):\s*([^;}]+)/g, '$1--$2: var(--vae-$2, $3)'))
    .replace(/(^|[\s:,(*/+-])(-?\d*\.?\d+)rem\b/g, '$1calc($2 * var(--rem))');
}

/** @param {string} query */
function inPixels(query) {
  return query.replace(/(\d*\.?\d+)rem\b/g, (_, rems) => `${Number((Number(rems) * MEDIA_REM).toFixed(2))}px`);
}
