// What the whole playground has besides: the inside of both networks, the posterior, the wires between them, the labs.

import { mountNetwork } from '../../views/network.js';
import { mount as posterior } from '../../views/posterior.js';
import { mount as tabs } from '../../views/tabs.js';
import { mountUnitCard } from '../../views/unit-card.js';
import { mount as wires } from '../../views/wires.js';

/** @type {import('../../compose.js').Views} */
export const views = {
  encoder: mountNetwork('encoder'), 'encoder-unit': mountUnitCard('encoder'), posterior,
  decoder: mountNetwork('decoder'), 'decoder-unit': mountUnitCard('decoder'), tabs, wires,
};
