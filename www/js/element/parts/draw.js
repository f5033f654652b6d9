// What is drawn, what the model sees of it, and what it makes of it.

import { mount as difference } from '../../views/difference.js';
import { mount as examples } from '../../views/examples.js';
import { mount as modelInput } from '../../views/model-input.js';
import { mount as pen } from '../../views/pen.js';
import { mount as quality } from '../../views/quality.js';
import { mount as reconstruction } from '../../views/reconstruction.js';
import { mount as sketchpad } from '../../views/sketchpad.js';

/** @type {import('../../compose.js').Views} */
export const views = { sketchpad, pen, 'model-input': modelInput, reconstruction, difference, quality, examples };
