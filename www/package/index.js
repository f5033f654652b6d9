// Variational autoencoders that train where the page is: WebGPU where there is a real GPU, WebAssembly SIMD where there is none.

/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./data.js').MnistOptions} MnistOptions */
/** @typedef {import('./errors.js').VaeErrorCode} VaeErrorCode */
/** @typedef {import('./errors.js').ErrorDetails} ErrorDetails */
/** @typedef {import('./train-run.js').TrainEvent} TrainEvent */
/** @typedef {import('./train-run.js').TrainRun} TrainRun */
/** @typedef {import('./types.js').VaeSpec} VaeSpec */
/** @typedef {import('./types.js').Layer} Layer */
/** @typedef {import('./types.js').Dataset} Dataset */
/** @typedef {import('./types.js').TrainSettings} TrainSettings */
/** @typedef {import('./types.js').BackendRequest} BackendRequest */
/** @typedef {import('./types.js').BackendInfo} BackendInfo */
/** @typedef {import('./types.js').Losses} Losses */
/** @typedef {import('./types.js').Preset} Preset */
/** @typedef {import('./types.js').Preprocessed} Preprocessed */
/** @typedef {import('./types.js').Initialisation} Initialisation */
/** @typedef {import('./create.js').MnistHandle} MnistHandle */
/** @typedef {import('./check.js').Check} Check */
/** @typedef {import('./gallery.js').Gallery} Gallery */
/** @typedef {import('./inside.js').Inside} Inside */
/** @typedef {import('./measure.js').Measure} Measure */
/** @typedef {import('./measure.js').LongOptions} LongOptions */
/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./profile.js').ProfileOptions} ProfileOptions */
/** @typedef {import('./protocol.js').Drawing} Drawing */
/** @typedef {import('./protocol.js').Interpretation} Interpretation */
/** @typedef {import('./questions.js').Labels} Labels */

export { Vae } from './vae.js';
export { loadMnist, parseIdx, preprocessDrawing } from './data.js';
export { ERROR_CODES, VaeError } from './errors.js';
export { presets } from './presets.js';
export { VERSION as version } from './version.js';
