// The training console: buttons, settings, data, weights, curves and samples.

import { mount as chart } from '../../views/chart.js';
import { mount as controls } from '../../views/controls.js';
import { mount as data } from '../../views/data.js';
import { mount as dimensions } from '../../views/dimensions.js';
import { mount as fixedDigits } from '../../views/fixed-digits.js';
import { mount as metrics } from '../../views/metrics.js';
import { mount as progress } from '../../views/progress.js';
import { mount as replay } from '../../views/replay.js';
import { mount as runButtons } from '../../views/run-buttons.js';
import { mount as samples } from '../../views/samples.js';
import { mount as weights } from '../../views/weights.js';

/** @type {import('../../compose.js').Views} */
export const views = {
  'run-buttons': runButtons, controls, data, weights, metrics, progress, chart, dimensions, 'fixed-digits': fixedDigits, samples, replay,
};
