// The card of a guide: what this stop says, and the way on, back and out.

import { h, translate, translateTree } from '../../dom.js';

/** @typedef {import('../../dom.js').TextKey} TextKey */

/**
 * @param {object} parts
 * @param {TextKey} parts.label
 * @param {TextKey} parts.leaveLabel
 * @param {() => void} parts.back
 * @param {() => void} parts.next
 * @param {() => void} parts.leave
 * @param {...HTMLElement} extras more buttons, between back and next
 */
export function createCard({ label, leaveLabel, back, next, leave }, ...extras) {
  const count = h('span', { class: 'caption' });
  const title = h('h2', { id: 'guide-title' });
  const words = h('p', { id: 'guide-words' });
  const remark = h('p', { class: 'caption' });
  const close = h('button', { type: 'button', class: 'quiet close', label: leaveLabel, title: leaveLabel }, '×');
  const backButton = h('button', { type: 'button', class: 'quiet', text: 'tour.back' });
  const nextButton = h('button', { type: 'button', class: 'quiet primary', text: 'tour.next', 'data-testid': 'guide-next' });
  const card = h(
    'div', { class: 'guide-card', role: 'dialog', label, 'aria-describedby': 'guide-words', 'data-testid': 'guide' },
    h('div', { class: 'guide-head' }, count, close),
    h('div', { 'aria-live': 'polite' }, title, words, remark),
    h('div', { class: 'row guide-buttons' }, backButton, ...extras, nextButton),
    h('p', { class: 'caption guide-keys', text: 'tour.keys' }),
  );
  close.addEventListener('click', leave);
  backButton.addEventListener('click', back);
  nextButton.addEventListener('click', next);
  card.addEventListener('keydown', ({ key, target }) => {
    if (target instanceof HTMLInputElement) return;
    if (key === 'ArrowRight') next();
    else if (key === 'ArrowLeft') back();
  });

  return {
    card,
    focus: () => nextButton.focus({ preventScroll: true }),
    /**
     * @param {object} now
     * @param {import('../../i18n/languages.js').Lang} now.lang
     * @param {number} now.at
     * @param {number} now.count
     * @param {TextKey} now.title
     * @param {TextKey} now.words
     * @param {TextKey} [now.remark]
     * @param {import('../../dom.js').TextParams} now.params
     * @param {boolean} now.circular after the last comes the first
     */
    show(now) {
      const last = now.at === now.count - 1 && !now.circular;
      nextButton.dataset.text = last ? 'tour.done' : 'tour.next';
      translateTree(card, now.lang);
      card.setAttribute('aria-label', translate(now.lang, label));
      say(count, translate(now.lang, 'tour.stop', { at: now.at + 1, count: now.count }));
      say(title, translate(now.lang, now.title, now.params));
      say(words, translate(now.lang, now.words, now.params));
      say(remark, now.remark ? translate(now.lang, now.remark, now.params) : '');
      remark.hidden = !now.remark;
      backButton.disabled = now.at === 0 && !now.circular;
    },
  };
}

/**
 * Sets a text only where it differs: the same words set again would be spoken again.
 * @param {HTMLElement} element
 * @param {string} text
 */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
