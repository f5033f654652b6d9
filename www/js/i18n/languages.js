// The languages of the page: each has its words in a file and a folder of its code.

/** Names are in the language itself, for those who look for theirs; `tag` is what browsers know it by. */
export const LANGUAGES = Object.freeze({
  en: { name: 'English', tag: 'en' },
  zh: { name: '简体中文', tag: 'zh-Hans' },
});

/** @typedef {keyof typeof LANGUAGES} Lang */

export const LANGS = Object.freeze(/** @type {Lang[]} */ (Object.keys(LANGUAGES)));

/**
 * @param {string | null | undefined} tag a language such as `zh-Hans-CN`
 * @returns {Lang} English where there are no words in it
 */
export function languageOf(tag) {
  const primary = tag?.toLowerCase().split(/[-_]/)[0];
  return LANGS.find((code) => code === primary) ?? 'en';
}
