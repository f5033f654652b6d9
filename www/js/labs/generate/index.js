// The lab of imagining: a sheet from the prior, a film between two digits, sums of codes, one style in ten classes.

import { loadStyles } from '../shared/style.js';
import { arithmetic } from './arithmetic.js';
import { morph } from './morph.js';
import { sheet } from './sheet.js';
import { styles } from './styles.js';

/** @type {import('../../views/tabs.js').Mount} */
export const mount = async (element, store, engine) => {
  await loadStyles(element, ['labs.css', 'generate.css']);
  const page = { store, engine };
  element.classList.add('sized', 'generate');
  element.append(sheet(page), morph(page), arithmetic(page), styles(page));
};
