// 简体中文。键与英文完全一致，由测试保证。

import { anomaly } from './zh/anomaly.js';
import { compress } from './zh/compress.js';
import { consoleTexts } from './zh/console.js';
import { draw } from './zh/draw.js';
import { element } from './zh/element.js';
import { generate } from './zh/generate.js';
import { keep } from './zh/keep.js';
import { labs } from './zh/labs.js';
import { latent } from './zh/latent.js';
import { map } from './zh/map.js';
import { network } from './zh/network.js';
import { page } from './zh/page.js';
import { repair } from './zh/repair.js';
import { samples } from './zh/samples.js';
import { train } from './zh/train.js';

export const zh = {
  ...page, ...draw, ...network, ...latent, ...map, ...train, ...consoleTexts, ...samples, ...labs, ...generate, ...repair, ...anomaly,
  ...compress, ...keep, ...element,
};
