// Puts this lab's words among the page's.

import { addTexts } from '../../dom.js';
import { compare as en } from '../../i18n/en/compare.js';
import { compare as zh } from '../../i18n/zh/compare.js';

addTexts({ en, zh });
