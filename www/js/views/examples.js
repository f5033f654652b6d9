// Real test digits to start from: the next one of a class, any of them, or an image from elsewhere.

import { exampleStrokes } from '../digits.js';
import { focused, h, translate } from '../dom.js';
import { icon } from '../icons.js';
import { showPixels } from '../raster.js';

const CLASSES = Array.from({ length: 10 }, (_, digit) => digit);

/** Digits of each class that the picker shows at once. */
const SHOWN = 12;

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 */
export function mount(element, store, engine) {
  const next = CLASSES.map((digit) => {
    const button = h('button', { type: 'button', class: 'digit', 'data-digit': digit }, String(digit));
    button.addEventListener('click', () => {
      const { digits, pictureDigit } = store.state;
      // Until the test digits have come, one drawn by hand.
      if (!digits) return void engine.draw(exampleStrokes(digit), { over: null });
      const after = digits.labels.findIndex((label, i) => label === digit && i > (pictureDigit ?? -1));
      void engine.pick(after >= 0 ? after : digits.labels.indexOf(digit));
    });
    return button;
  });

  const file = h('input', { type: 'file', accept: 'image/*', class: 'unseen', id: 'image-file', 'data-testid': 'import-image', label: 'draw.import' });
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    // So that the same file can be chosen again.
    file.value = '';
    if (chosen) void engine.importImage(chosen);
  });
  const open = h('button', { type: 'button', class: 'quiet tool', label: 'draw.pick', title: 'draw.pick', 'data-testid': 'pick', 'aria-expanded': 'false' }, icon('grid'));
  element.append(
    h('div', { class: 'digits', role: 'group', label: 'draw.examples' }, ...next),
    h('div', { class: 'sources' }, open, file, h('label', { class: 'quiet tool', for: 'image-file', title: 'draw.import' }, icon('image'))),
  );

  const picker = mountPicker(element, store, engine, open);
  open.addEventListener('click', () => picker.toggle());
  store.watch(['digits'], ({ digits }) => void (open.disabled = digits === null));
  store.watch(['lang'], ({ lang }) => {
    next.forEach((button, digit) => button.setAttribute('aria-label', translate(lang, 'draw.example', { digit })));
  });
  listenForImages(/** @type {HTMLElement} */ (element.parentElement), engine, store.signal);
}

/**
 * Images that are pasted anywhere on the page, or anywhere in an element of another page, or dropped on the drawing's part.
 * @param {HTMLElement} part
 * @param {import('../engine/engine.js').Engine} engine
 * @param {AbortSignal} signal
 */
function listenForImages(part, engine, signal) {
  const imageIn = (/** @type {DataTransfer | null} */ data) => [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'));
  part.getRootNode().addEventListener('paste', (event) => {
    const image = imageIn(/** @type {ClipboardEvent} */ (event).clipboardData);
    if (!image) return;
    event.preventDefault();
    void engine.importImage(image);
  }, { signal });
  part.addEventListener('dragover', (event) => {
    if ([...(event.dataTransfer?.items ?? [])].some(({ type }) => type.startsWith('image/'))) event.preventDefault();
  });
  part.addEventListener('drop', (event) => {
    const image = imageIn(event.dataTransfer);
    if (!image) return;
    event.preventDefault();
    event.stopPropagation();
    void engine.importImage(image);
  });
}

/**
 * A sheet of test digits, a row for each class; arrow keys go about in it.
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 * @param {import('../engine/engine.js').Engine} engine
 * @param {HTMLElement} opener
 */
function mountPicker(element, store, engine, opener) {
  const rows = h('div', { class: 'picker-rows' });
  const others = h('button', { type: 'button', class: 'quiet', text: 'draw.others' });
  const close = h('button', { type: 'button', class: 'quiet tool', label: 'page.close', title: 'page.close' }, icon('close'));
  const box = h('div', { class: 'picker', role: 'dialog', label: 'draw.pick', 'data-testid': 'picker', hidden: true }, h('div', { class: 'picker-head' }, h('strong', { text: 'draw.pick' }), others, close), rows);
  element.append(box);
  let page = 0;

  const fill = () => {
    const { digits, lang } = store.state;
    if (!digits) return;
    rows.replaceChildren(...CLASSES.map((digit) => {
      const all = [...digits.labels.keys()].filter((i) => digits.labels[i] === digit);
      return h('div', { class: 'picker-row' }, ...Array.from({ length: SHOWN }, (_, i) => {
        const index = all[(page * SHOWN + i) % all.length];
        const canvas = h('canvas', { width: 28, height: 28, class: 'pixels' });
        showPixels(canvas, digits.images.subarray(index * 784, (index + 1) * 784));
        const button = h('button', { type: 'button', class: 'picker-digit', 'data-index': index, 'data-digit': digit, 'aria-label': translate(lang, 'draw.testDigit', { digit, index: index + 1 }), tabindex: digit + i === 0 ? 0 : -1 }, canvas);
        button.addEventListener('click', () => {
          void engine.pick(index);
          toggle(false);
        });
        return button;
      }));
    }));
  };

  const toggle = (shown = box.hidden) => {
    box.hidden = !shown;
    opener.setAttribute('aria-expanded', String(shown));
    if (shown) {
      fill();
      /** @type {HTMLElement | null} */ (rows.querySelector('[tabindex="0"]'))?.focus();
    } else if (box.contains(focused(box))) opener.focus();
  };

  others.addEventListener('click', () => {
    page += 1;
    fill();
  });
  close.addEventListener('click', () => toggle(false));
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') toggle(false);
    const buttons = /** @type {HTMLElement[]} */ ([...rows.querySelectorAll('.picker-digit')]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SHOWN, ArrowDown: SHOWN }[event.key];
    const to = buttons[at + (step ?? 0)];
    if (at < 0 || !step || !to) return;
    buttons[at].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    event.preventDefault();
  });
  document.addEventListener('pointerdown', (event) => {
    const path = event.composedPath();
    if (!box.hidden && !path.includes(box) && !path.includes(opener)) toggle(false);
  }, { signal: store.signal });
  return { toggle };
}
