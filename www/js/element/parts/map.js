// The latent space: the map and its sliders.

import { mount as latent } from '../../views/latent.js';
import { mount as map } from '../../views/map.js';
import { mount as mapLegend } from '../../views/map-legend.js';
import { mount as mapTools } from '../../views/map-tools.js';

/** @type {import('../../compose.js').Views} */
export const views = { map, 'map-tools': mapTools, 'map-legend': mapLegend, latent };
