// The element's outermost part, there before anything is fetched: its size, and nothing of the page around it.

/**
 * What holds before the page's style sheets come, and under them. What a page says of all elements reaches the host alone:
 * everything inherited ends at the frame. Containment would make an element of no width of its own as narrow as nothing.
 */
const FRAME_STYLE = `
:host { display: block; box-sizing: border-box; min-inline-size: min(240px, 100%); }
:host([hidden]) { display: none !important; }
.root {
  all: initial;
  --rem: var(--vae-font-size, 16px);
  display: block;
  position: relative;
  box-sizing: border-box;
  inline-size: 100%;
  block-size: 100%;
  contain-intrinsic-inline-size: 640px;
  container: vae / inline-size;
  font-size: var(--rem);
  font-family: var(--vae-sans, system-ui, sans-serif);
}
.root:empty { min-block-size: var(--vae-min-height, 320px); }
.fallback {
  display: grid;
  gap: 12px;
  justify-items: start;
  padding: 16px;
  font-size: 14px;
  color-scheme: light dark;
  color: CanvasText;
  background: Canvas;
}
.fallback p { margin: 0; }
`;

/** @type {WeakMap<Document, CSSStyleSheet>} */
const sheets = new WeakMap();

/** @param {Document} document */
function sheetOf(document) {
  const known = sheets.get(document);
  if (known) return known;
  const { CSSStyleSheet: Sheet } = /** @type {Window & typeof globalThis} */ (document.defaultView);
  const sheet = new Sheet();
  sheet.replaceSync(FRAME_STYLE);
  sheets.set(document, sheet);
  return sheet;
}

/**
 * @param {ShadowRoot} root
 * @returns {HTMLElement} where everything goes; there is one in a root
 */
export function frameIn(root) {
  const { ownerDocument: document } = root;
  const known = /** @type {HTMLElement | null} */ (root.firstElementChild);
  const sheet = sheetOf(document);
  // A root that came from another document has lost its sheets.
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [sheet];
  if (known) return known;
  const frame = document.createElement('div');
  frame.className = 'root';
  frame.part.add('frame');
  root.append(frame);
  return frame;
}
