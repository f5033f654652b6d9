// What surrounds the experiment: words, colours, what is shown, what went wrong.

/** The panels of the lower area, in the order of their tabs. */
export const TABS = /** @type {const} */ (['train', 'compare', 'generate', 'repair', 'anomaly', 'compress', 'learn']);

/** @typedef {typeof TABS[number]} Tab */

/**
 * @typedef {object} PageState
 * @property {import('../i18n/languages.js').Lang} lang
 * @property {'auto' | 'light' | 'dark'} theme
 * @property {readonly string[]} hide names of parts a teacher has taken away
 * @property {boolean} startPaused the page opens with a training set up that waits
 * @property {Tab} tab
 * @property {Readonly<Record<string, string>>} labs what was chosen in the labs, where it is not the usual, by its name in the link
 * @property {{ code: string, message: string, words?: import('../dom.js').TextKey } | null} error with `words` where the code's own say too little
 * @property {string | null} notice key of a passing remark
 * @property {boolean} ready
 */

/** @returns {PageState} */
export function pageState() {
  return { lang: 'en', theme: 'auto', hide: [], startPaused: false, tab: 'train', labs: {}, error: null, notice: null, ready: false };
}
