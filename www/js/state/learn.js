// What is being explained over the page.

/**
 * @typedef {object} LearnState
 * @property {'tour' | 'slow' | null} guide what leads through the page now: the tour, or a training step in slow motion
 */

/** @returns {LearnState} */
export function learnState() {
  return { guide: null };
}
