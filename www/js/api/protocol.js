// The messages between a Vae and its worker: requests with ids, one reply each, and events that nobody asked for.

import { VaeError, toVaeError } from './errors.js';

/** A worker of this name loads the engine from where it always lies, before it is asked to. */
export const USUAL = 'vae-engine';

/**
 * @param {import('./types.js').WasmSource} from
 * @returns {boolean} whether it asks for the engine that such a worker loads
 */
export function isUsual({ wasmUrl, shadersUrl, compiled, simd = 'auto' }) {
  return wasmUrl === undefined && shadersUrl === undefined && compiled === undefined && simd === 'auto';
}

/** Operations whose arguments fit one model and not another. @type {readonly string[]} */
export const OF_ONE_MODEL = Object.freeze([
  'encode', 'decode', 'reconstruct', 'sample', 'elbo', 'interpret', 'latentGradient', 'inputGradient', 'tensor', 'encoderLayers', 'decoderLayers',
  'logLikelihood', 'logLikelihood2d', 'latentUse', 'latentPca', 'knnAccuracy', 'imageQuality', 'remember', 'encodeRemembered', 'decodeBytes', 'setParameters',
]);

/** A model's file, or where it lies; packed: with a gzipped one beside it.
 * @typedef {{ bytes: Uint8Array } | { url: string, packed: boolean }} Checkpoint */

/**
 * What each operation takes and gives.
 * @typedef {object} Operations
 * @property {{ args: import('./types.js').WasmSource & { model: string | import('./types.js').VaeSpec, backend: import('./types.js').BackendRequest, seed: number, initialisation?: import('./types.js').Initialisation, workers?: number | 'auto', checkpoint: Checkpoint | null, gpuFailed?: string }, value: ModelInfo }} create `gpuFailed` is
 *   what a GPU failed at before: then it is the CPU, whatever was asked for
 * @property {{ args: { images: Float32Array, labels?: Uint8Array }, value: { mu: Float32Array, logvar: Float32Array } }} encode
 * @property {{ args: { z: Float32Array, labels?: Uint8Array }, value: Float32Array }} decode
 * @property {{ args: { images: Float32Array, sample: boolean, seed: number, labels?: Uint8Array }, value: Float32Array }} reconstruct
 * @property {{ args: { n: number, seed: number, temperature: number, labels?: Uint8Array }, value: Float32Array }} sample
 * @property {{ args: { images: Float32Array, samples: number, seed: number, labels?: Uint8Array }, value: { recon: Float32Array, kl: Float32Array } }} elbo
 * @property {{ args: { z: Float32Array, images: Float32Array, mask?: Float32Array, labels?: Uint8Array }, value: { recon: Float32Array, dz: Float32Array } }} latentGradient
 * @property {{ args: { images: Float32Array, dmu?: Float32Array, dlogvar?: Float32Array, labels?: Uint8Array }, value: Float32Array }} inputGradient
 * @property {{ args: {}, value: import('./types.js').LayerInfo[] }} layers
 * @property {{ args: { name: string }, value: import('./types.js').Tensor }} tensor
 * @property {{ args: { images: Float32Array, labels?: Uint8Array }, value: Float32Array[] }} encoderLayers
 * @property {{ args: { z: Float32Array, labels?: Uint8Array }, value: Float32Array[] }} decoderLayers
 * @property {{ args: { images: Float32Array, k: number, seed: number, first: number, labels?: Uint8Array }, value: Float64Array }} logLikelihood
 * @property {{ args: { mu: Float32Array, logvar: Float32Array }, value: import('./types.js').LatentUse }} latentUse
 * @property {{ args: { mu: Float32Array, components: number }, value: import('./types.js').LatentPca }} latentPca
 * @property {{ args: { points: Float32Array, labels: Uint8Array, queries: Float32Array, truth: Uint8Array, k: number }, value: number }} knnAccuracy
 * @property {{ args: { images: Float32Array, reconstructions: Float32Array }, value: import('./types.js').ImageQuality }} imageQuality
 * @property {{ args: { images: Float32Array, points?: number }, value: import('./types.js').Quadrature }} logLikelihood2d
 * @property {{ args: { images: Float32Array, labels?: Uint8Array }, value: number }} remember
 * @property {{ args: { set: number }, value: void }} forget
 * @property {{ args: { set: number, first: number, count: number }, value: { mu: Float32Array, logvar: Float32Array } }} encodeRemembered
 * @property {{ args: { z: Float32Array, labels?: Uint8Array }, value: Uint8Array }} decodeBytes
 * @property {{ args: { id: number }, value: void }} cancel a long measurement under way, by the id of its request
 * @property {{ args: Drawing, value: Interpretation }} interpret
 * @property {{ args: { dataset: import('./types.js').Dataset }, value: void }} setDataset
 * @property {{ args: { baseUrl: string }, value: void }} loadMnist
 * @property {{ args: { settings: import('./types.js').TrainSettings, paused: boolean }, value: number }} train
 * @property {{ args: { settings: import('./types.js').TrainSettings, steps: number }, value: import('./types.js').StepProfile }} profile
 * @property {{ args: {}, value: void }} pause
 * @property {{ args: {}, value: void }} resume
 * @property {{ args: {}, value: void }} step
 * @property {{ args: {}, value: void }} stop
 * @property {{ args: { beta?: number, learningRate?: number }, value: void }} setHyperparameters
 * @property {{ args: {}, value: Uint8Array }} save
 * @property {{ args: {}, value: Float32Array }} parameters
 * @property {{ args: { values: Float32Array }, value: void }} setParameters
 * @property {{ args: { spec: string | import('./types.js').VaeSpec }, value: import('./types.js').SpecDescription }} describe
 * @property {{ args: { settings: import('./types.js').TrainSettings }, value: void }} checkSettings
 * @property {{ args: { bytes: Uint8Array }, value: import('./types.js').VaeSpec }} checkCheckpoint
 * @property {{ args: { bytes: Uint8Array }, value: ModelInfo }} load
 * @property {{ args: { seed: number, initialisation?: import('./types.js').Initialisation, dataBias?: boolean }, value: void }} reset
 */

/** @typedef {keyof Operations} Operation */

/** Ink coverage in [0, 1], width×height, row by row; a conditional model also needs one label.
 * @typedef {{ ink: Float32Array, width: number, height: number, labels?: Uint8Array }} Drawing */

/**
 * A drawing seen through the model; with a blank drawing there is nothing to encode.
 * @typedef {import('./types.js').Preprocessed & { mu: Float32Array | null, logvar: Float32Array | null, reconstruction: Float32Array | null }} Interpretation
 */

/**
 * @typedef {object} ModelInfo
 * @property {import('./types.js').VaeSpec} spec
 * @property {import('./types.js').BackendInfo} backend
 * @property {number} parameterCount
 * @property {import('./types.js').Preset[]} presets
 * @property {string} version
 * @property {number} model grows whenever another model takes this one's place
 */

/**
 * `seen` is the last model that the one who asks knew of.
 * @template {Operation} [O=Operation]
 * @typedef {{ id: number, op: O, args: Operations[O]['args'], seen: number }} Request
 */

/** @typedef {{ id: number, ok: true, value: unknown } | { id: number, ok: false, error: WireError }} Reply */
/** @typedef {{ code: import('./errors.js').VaeErrorCode, message: string, details?: import('./errors.js').ErrorDetails }} WireError */

/**
 * Fresh steps of run number `run`; at most one such message a frame.
 * @typedef {object} TrainMessage
 * @property {'train'} event
 * @property {number} run
 * @property {import('./types.js').StepMetrics[]} steps
 * @property {import('./types.js').EpochMetrics} [test]
 * @property {'training' | 'evaluating' | 'done'} phase
 * @property {boolean} paused
 * @property {number} stepsPerSecond
 * @property {number} stepsInEpoch
 */

/** @typedef {{ event: 'train-end', run: number, error: WireError | null }} TrainEndMessage */
/** Bytes of what is fetched, or the part done of what is measured.
 * @typedef {{ event: 'progress', id: number, loaded: number, total: number | null }} ProgressMessage */
/** @typedef {{ event: 'backend', backend: import('./types.js').BackendInfo }} BackendMessage */
/** The engine can do nothing more where it is: its GPU fails, or it is at its end.
 * @typedef {{ event: 'failed', problem: string }} FailedMessage */
/** Another worker has taken the place of one that failed. Never sent: the client tells it.
 * @typedef {{ event: 'restart', problem: string }} RestartMessage */
/** @typedef {TrainMessage | TrainEndMessage | ProgressMessage | BackendMessage | FailedMessage | RestartMessage} EventMessage */

/**
 * @param {unknown} thrown
 * @returns {WireError} errors lose their class and code in structured cloning, so they travel as data
 */
export function packError(thrown) {
  const { code, message, details } = toVaeError(thrown);
  return Object.keys(details).length > 0 ? { code, message, details } : { code, message };
}

/**
 * @param {WireError} error
 * @returns {VaeError}
 */
export function unpackError(error) {
  return new VaeError(error.code, error.message, { details: error.details });
}

/**
 * The buffers in a message that can be handed over instead of copied. Each only once.
 * @param {unknown} value
 * @param {Set<ArrayBuffer>} [found]
 * @returns {ArrayBuffer[]}
 */
export function transferables(value, found = new Set()) {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value instanceof ArrayBuffer) {
    found.add(value);
  } else if (value !== null && typeof value === 'object') {
    for (const inner of Object.values(value)) transferables(inner, found);
  }
  return [...found];
}
