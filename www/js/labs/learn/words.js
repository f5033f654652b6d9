// Puts this lab's words among the page's.

import { addTexts } from '../../dom.js';
import { learn as en } from '../../i18n/en/learn.js';
import { learn as zh } from '../../i18n/zh/learn.js';

addTexts({ en, zh });
