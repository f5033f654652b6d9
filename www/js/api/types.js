// Shapes shared by the API and the page; types only, nothing runs here.

/**
 * @typedef {object} Layer
 * @property {'linear' | 'conv2d' | 'conv_transpose2d' | 'reshape'} type
 * @property {number} [units]
 * @property {number} [channels]
 * @property {number} [height]
 * @property {number} [width]
 * @property {number} [kernel]
 * @property {number} [stride]
 * @property {number} [padding]
 * @property {number} [outputPadding]
 * @property {string} [activation]
 */

/**
 * @typedef {object} VaeSpec
 * @property {{ channels: number, height: number, width: number }} input
 * @property {Layer[]} encoder
 * @property {number} latent
 * @property {Layer[]} decoder
 * @property {{ type: 'bernoulli' } | { type: 'gaussian', sigma: number }} likelihood
 * @property {number} [classes]
 */

/** @typedef {'auto' | 'webgpu' | 'cpu'} BackendRequest */

/**
 * @typedef {object} BackendInfo
 * @property {'webgpu' | 'cpu'} kind
 * @property {string} [adapter] the GPU's name, where there is one
 * @property {boolean} software true where the adapter is a program, not a device
 * @property {string} simd
 * @property {number} workers
 * @property {string} reason why this backend was chosen, in English
 * @property {'requested' | 'hardware-adapter' | 'software-adapter' | 'no-adapter' | 'device-lost'} reasonCode
 */

/**
 * Nats per image, positive; `loss` = recon + beta·kl.
 * @typedef {{ loss: number, recon: number, kl: number }} Losses
 */

/** @typedef {{ step: number, epoch: number } & Losses} StepMetrics */
/** @typedef {{ epoch: number, step: number, train: Losses, test: Losses }} EpochMetrics */

/**
 * @typedef {object} TrainSettings
 * @property {number} batchSize
 * @property {'adam' | 'rmsprop' | 'sgd'} optimizer
 * @property {number} learningRate
 * @property {number} beta
 * @property {number} warmupEpochs
 * @property {number} seed
 * @property {number} [epochs] with neither epochs nor steps a run goes on until it is stopped
 * @property {number} [steps]
 */

/**
 * @typedef {object} ChunkResult
 * @property {StepMetrics[]} steps
 * @property {EpochMetrics} [test]
 * @property {'training' | 'evaluating' | 'done'} phase what the next chunk will do
 * @property {number} stepsInEpoch
 */

/**
 * A drawing as MNIST would hold it; `pixels` are 784 values in [0, 1], row by row.
 * @typedef {object} Preprocessed
 * @property {boolean} blank
 * @property {Float32Array} pixels
 * @property {{ x: number, y: number, width: number, height: number } | null} bounds
 * @property {{ x: number, y: number } | null} centre
 */

/**
 * Raw pixels 0..255, n×784, and labels 0..9, n.
 * @typedef {object} Dataset
 * @property {Uint8Array | Float32Array} images
 * @property {Uint8Array} [labels]
 * @property {{ images: Uint8Array | Float32Array, labels?: Uint8Array }} [test]
 */

/** The engine as wasm exports it. Its async methods borrow it exclusively: never two at once.
 * @typedef {object} WasmEngine
 * @property {() => VaeSpec} spec
 * @property {() => BackendInfo} backend
 * @property {() => number} parameterCount
 * @property {(data: { trainImages: Uint8Array, trainLabels?: Uint8Array, testImages?: Uint8Array, testLabels?: Uint8Array }) => void} setDataset
 * @property {(images: Float32Array) => Promise<{ mu: Float32Array, logvar: Float32Array }>} encode
 * @property {(z: Float32Array) => Promise<Float32Array>} decode
 * @property {(images: Float32Array, sample: boolean, seed: number) => Promise<Float32Array>} reconstruct
 * @property {(n: number, seed: number, temperature: number) => Promise<Float32Array>} sample
 * @property {(images: Float32Array, samples: number, seed: number) => Promise<{ recon: Float32Array, kl: Float32Array }>} elbo
 * @property {(settings: TrainSettings) => void} trainStart
 * @property {(maxSteps: number) => Promise<ChunkResult>} trainChunk
 * @property {() => Promise<ChunkResult>} trainFlush losses of steps that the chunks so far have not handed back yet
 * @property {() => void} trainStop
 * @property {(changes: { beta?: number, learningRate?: number }) => void} setHyperparameters
 * @property {() => Promise<Uint8Array>} save
 * @property {(bytes: Uint8Array) => Promise<void>} load
 * @property {(seed: number) => void} reset
 * @property {() => void} free
 */

/**
 * @typedef {object} WasmModule
 * @property {(options?: { module_or_path: string | URL }) => Promise<unknown>} default
 * @property {() => string} version
 * @property {() => string[]} presetNames
 * @property {(name: string) => VaeSpec} presetSpec
 * @property {(ink: Float32Array, width: number, height: number) => Preprocessed} preprocessDrawing
 * @property {(bytes: Uint8Array) => { dims: number[], data: Uint8Array }} parseIdx
 * @property {(bytes: Uint8Array) => void} checkCheckpoint throws for what is no checkpoint
 * @property {{ create: (options: { spec: VaeSpec | string, backend: BackendRequest, seed: number }) => Promise<WasmEngine> }} Engine
 */

export {};
