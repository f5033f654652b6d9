// For teachers: ticks what a class shall see, and hands out the link or the snippet for it.

import { copyWith } from '../copying.js';
import { h, translate } from '../dom.js';
import { LANGUAGES } from '../i18n/languages.js';
import { popover } from '../popover.js';
import { OWN_MODEL } from '../state/model.js';
import { LABS, PARTS, embedSnippet, lessonLink, npmLines } from '../teaching.js';

/**
 * @param {HTMLElement} element
 * @param {import('../store.js').Store} store
 */
export function mount(element, store) {
  const parts = [
    ...PARTS.map((part) => ({ part: /** @type {string} */ (part), ...tick(`part.${part}`, true) })),
    ...LABS.map((lab) => ({ part: /** @type {string} */ (lab), ...tick(`tab.${lab}`, true) })),
  ];
  const paused = tick('teacher.paused', false);
  const fromNothing = tick('teacher.fromNothing', false);
  const lang = choice('teacher.lang', [['', 'teacher.own']]);
  lang.select.append(...Object.entries(LANGUAGES).map(([value, { name, tag }]) => h('option', { value, lang: tag }, name)));
  const theme = choice('teacher.theme', [['', 'teacher.own'], ['light', 'theme.light'], ['dark', 'theme.dark']]);
  const link = h('input', { type: 'text', readonly: true, label: 'teacher.link', 'data-testid': 'teacher-link' });
  const snippet = h('textarea', { readonly: true, rows: 3, label: 'teacher.snippet', 'data-testid': 'teacher-snippet' });
  const npm = h('textarea', { readonly: true, rows: 4, label: 'teacher.npm' });

  const write = () => {
    const href = lessonLink(location.href, {
      hide: parts.filter(({ box }) => !box.checked).map(({ part }) => part),
      lang: /** @type {'' | import('../i18n/languages.js').Lang} */ (lang.select.value),
      theme: /** @type {'' | 'light' | 'dark'} */ (theme.select.value),
      paused: paused.box.checked,
      fromNothing: fromNothing.box.checked,
    });
    link.value = href;
    open.href = href;
    npm.value = npmLines(store.state.preset === OWN_MODEL ? 'dense-2' : store.state.preset);
    snippet.value = embedSnippet(href, translate(store.state.lang, 'app.title'));
  };
  const open = h('a', { target: '_blank', rel: 'noopener', text: 'teacher.open' });

  const box = popover({ class: 'teacher', 'data-testid': 'teacher' }, [h('span', { text: 'teacher.name' })], [
    h('strong', { text: 'teacher.title' }),
    h('fieldset', {}, h('legend', { text: 'teacher.parts' }), ...parts.map(({ label }) => label)),
    h('fieldset', {}, h('legend', { text: 'teacher.how' }), paused.label, fromNothing.label, lang.label, theme.label),
    copied('teacher.link', link, open), copied('teacher.snippet', snippet), copied('teacher.npm', npm),
  ]);
  element.append(box);

  /**
   * A text with a button that copies it.
   * @param {import('../dom.js').TextKey} name
   * @param {HTMLInputElement | HTMLTextAreaElement} field
   * @param {...Node} more
   */
  function copied(name, field, ...more) {
    const copy = h('button', { type: 'button', class: 'quiet', text: 'page.copy' });
    const select = () => {
      field.focus();
      field.select();
    };
    copyWith(copy, store, () => field.value, select);
    field.addEventListener('focus', () => field.select());
    return h('div', { class: 'copied' }, h('span', { class: 'caption', text: name }), field, h('div', { class: 'row' }, copy, ...more));
  }

  box.addEventListener('change', write);
  // What is on the page may have changed since.
  box.addEventListener('toggle', () => {
    if (!box.open) return;
    const { hide } = store.state;
    for (const { part, box: ticked } of parts) ticked.checked &&= !hide.includes(part);
    write();
  });
  store.watch(['lang'], write);
}

/**
 * @param {import('../dom.js').TextKey} text
 * @param {boolean} checked
 */
function tick(text, checked) {
  const box = h('input', { type: 'checkbox' });
  box.checked = checked;
  return { box, label: h('label', { class: 'tick' }, box, h('span', { text })) };
}

/**
 * @param {import('../dom.js').TextKey} text
 * @param {readonly (readonly [string, import('../dom.js').TextKey])[]} options
 */
function choice(text, options) {
  const select = h('select', {}, ...options.map(([value, name]) => h('option', { value, text: name })));
  return { select, label: h('label', { class: 'tick' }, h('span', { text }), select) };
}
