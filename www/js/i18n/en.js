// English texts. Every key here is in the other languages too; a test holds that.

import { anomaly } from './en/anomaly.js';
import { compress } from './en/compress.js';
import { consoleTexts } from './en/console.js';
import { draw } from './en/draw.js';
import { element } from './en/element.js';
import { generate } from './en/generate.js';
import { keep } from './en/keep.js';
import { labs } from './en/labs.js';
import { latent } from './en/latent.js';
import { map } from './en/map.js';
import { network } from './en/network.js';
import { page } from './en/page.js';
import { repair } from './en/repair.js';
import { samples } from './en/samples.js';
import { train } from './en/train.js';

export const en = {
  ...page, ...draw, ...network, ...latent, ...map, ...train, ...consoleTexts, ...samples, ...labs, ...generate, ...repair, ...anomaly,
  ...compress, ...keep, ...element,
};
