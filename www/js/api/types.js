// Shapes shared by the API and the page; types only, nothing runs here.

/**
 * One layer of a network, as PyTorch's module of the same kind.
 * @typedef {object} Layer
 * @property {'linear' | 'conv2d' | 'conv_transpose2d' | 'reshape' | 'flatten'} type
 * @property {number} [units] outputs of `linear`
 * @property {number} [channels] outputs of a convolution, or those of `reshape`
 * @property {number} [height] of `reshape`, in pixels
 * @property {number} [width] of `reshape`, in pixels
 * @property {number} [kernel] side of a convolution's square kernel, in pixels
 * @property {number} [stride] of a convolution, in pixels
 * @property {number} [padding] zeros around a convolution's input, in pixels
 * @property {number} [outputPadding] rows and columns that a `conv_transpose2d` adds to its output
 * @property {string} [activation] behind a layer with weights: `identity`, `relu`, `tanh` and others; one that is not known is refused
 *   as `invalid-spec` with the list
 */

/**
 * A model. The heads μ and log σ² follow the encoder; a decoder that does not end in the input's shape gets a last linear layer.
 * @typedef {object} VaeSpec
 * @property {{ channels: number, height: number, width: number }} input images, in pixels
 * @property {Layer[]} encoder
 * @property {number} latent dimensions of z
 * @property {Layer[]} decoder
 * @property {{ type: 'bernoulli' } | { type: 'gaussian', sigma: number }} likelihood of pixels in [0, 1]
 * @property {number} [classes] of a conditional model, whose calls need labels; 0
 */

/**
 * A layer with parameters: its place in the spec's list, null for the output layer that a spec may leave out.
 * @typedef {{ index: number | null, output: [channels: number, height: number, width: number], parameters: number }} LayerDescription
 */

/**
 * What a spec gives once it is built.
 * @typedef {object} SpecDescription
 * @property {number} parameterCount
 * @property {number} hidden values that go into the heads
 * @property {LayerDescription[]} encoder
 * @property {LayerDescription[]} decoder
 */

/** @typedef {'auto' | 'webgpu' | 'cpu'} BackendRequest */

/** The builds of the engine: with relaxed SIMD, whose multiply-add is one instruction, and without.
 * @typedef {'relaxed-simd' | 'simd128'} SimdBuild */

/**
 * @typedef {object} BackendInfo
 * @property {'webgpu' | 'cpu'} kind
 * @property {string} [adapter] the GPU's name, where there is one
 * @property {boolean} software true where the adapter is a program, not a device
 * @property {string} simd vector instructions of the CPU path: in a browser, which build of the engine runs
 * @property {number} workers that share training, as planned before the first run; 1 beside a GPU
 * @property {string} reason why this backend was chosen, in English
 * @property {'requested' | 'hardware-adapter' | 'faster-gpu' | 'faster-cpu' | 'software-adapter' | 'no-adapter' | 'device-lost' | 'gpu-failed'} reasonCode
 * @property {{ gpu: number, cpu: number }} [stepTimes] microseconds of a training step, where the choice was measured
 */

/**
 * Nats per image, positive; `loss` is what is minimised: recon + beta·kl where that is the plain ELBO.
 * @typedef {{ loss: number, recon: number, kl: number }} Losses
 */

/** @typedef {{ step: number, epoch: number } & Losses} StepMetrics */
/** @typedef {{ epoch: number, step: number, train: Losses, test: Losses }} EpochMetrics */

/**
 * How a run goes; what is left out is pytorch/examples' recipe: Adam at 1e-3, batch 128, β 1, the plain ELBO of grey pixels.
 * @typedef {object} TrainSettings
 * @property {number} [epochs] passes over the dataset; with neither epochs nor steps a run goes on until it is stopped
 * @property {number} [steps] of the optimiser, one batch each
 * @property {number} [batchSize] images; 128
 * @property {'adam' | 'rmsprop' | 'sgd'} [optimizer] PyTorch's, SGD with momentum 0.9; `adam`
 * @property {number} [epsilon] of Adam and RMSProp, 1e-8
 * @property {number} [weightDecay] PyTorch's L2 penalty, 0
 * @property {number} [clipNorm] largest global norm of the gradient; none
 * @property {number} [learningRate] 1e-3
 * @property {number} [beta] weight of the KL divergence; 1
 * @property {number} [warmupEpochs] β grows linearly from 0 over so many epochs; 0
 * @property {'elbo' | 'iwae' | 'dreg' | 'autoencoder'} [objective] the importance-weighted bound (Burda et al., 2016), with its
 *   doubly reparameterised gradient (Tucker et al., 2019), or no sampling and no divergence at all
 * @property {number} [samples] draws of z for each image, of `iwae` and `dreg` alone; 50
 * @property {number} [freeBits] nats per dimension below which the divergence costs nothing (Kingma et al., 2016), of `elbo` alone
 * @property {'none' | 'dynamic' | 'static'} [binarize] grey pixels as they are, drawn black or white each time, or once for all; `none`
 * @property {'constant' | 'cosine' | 'stages'} [schedule] of the learning rate; `cosine` needs epochs or steps; `constant`
 * @property {number} [seed] of permutations and of noise, a whole number; 1
 */

/**
 * How a preset's source trains it: `vae.train(data, recipe.train)` after `vae.reset(seed, { initialisation, dataBias })`.
 * @typedef {object} Recipe
 * @property {TrainSettings & Required<Pick<TrainSettings, 'batchSize' | 'optimizer' | 'learningRate' | 'beta' | 'seed'>>} train
 * @property {Initialisation} initialisation
 * @property {boolean} dataBias
 * @property {number | null} printEvery steps from one printed line to the next; null for a line an epoch
 */

/** @typedef {{ name: string, spec: VaeSpec, recipe: Recipe }} Preset */

/** PyTorch's defaults for weights and biases, or Glorot's weights and no biases.
 * @typedef {'pytorch' | 'glorot'} Initialisation */

/**
 * @typedef {object} ChunkResult
 * @property {StepMetrics[]} steps
 * @property {EpochMetrics} [test]
 * @property {'training' | 'evaluating' | 'done'} phase what the next chunk will do
 * @property {number} stepsInEpoch
 */

/** Steps that several workers make together, each on its slice of every batch; `steps` is the engine's own record of them.
 * @typedef {{ training: boolean, epoch: number, steps: Uint8Array }} TeamChunk */

/** Whether slices of a batch can be computed apart, floating-point operations of a step, and values exchanged at each.
 * @typedef {{ divisible: boolean, flops: number, gradients: number }} Division */

/** Where a worker takes the engine from: a URL, wasm that another thread compiled, or what lies beside its modules.
 * The shaders lie beside the wasm unless `shadersUrl` says where.
 * @typedef {{ wasmUrl?: string, shadersUrl?: string, compiled?: WebAssembly.Module, simd?: SimdBuild | 'auto' }} WasmSource */

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

/**
 * Use of each dimension of the code.
 * @typedef {object} LatentUse
 * @property {Float64Array} kl KL divergence to the prior in nats, a mean over images; the sum is the ELBO's KL
 * @property {Float64Array} variance of μ over images
 * @property {number} active dimensions whose variance is above 0.01 (Burda et al., 2016)
 */

/**
 * Principal components of n×latent points, in the order of their variances.
 * @typedef {object} LatentPca
 * @property {Float64Array} mean latent
 * @property {Float64Array} components latent×latent, orthonormal rows
 * @property {Float64Array} variances latent, divisor n − 1
 * @property {Float64Array} ratios each one's share of the whole variance
 * @property {Float32Array} projected n×components coordinates
 */

/**
 * Means over images with pixels in [0, 1].
 * @typedef {object} ImageQuality
 * @property {number} mse squared error per pixel
 * @property {number} psnr each image's own in decibels, then the mean
 * @property {number} psnrOfMeanMse in decibels
 * @property {number | null} ssim structural similarity (Wang et al., 2004); null for images under 11×11 pixels
 */

/**
 * Exact log p(x) by quadrature.
 * @typedef {object} Quadrature
 * @property {Float64Array} logLikelihood nats, one value an image
 * @property {number} error an estimate of the mean's error: how much it changes when the spacing is doubled, and what lies beyond the grid's edge
 * @property {number} worstError the same for the image for which it is largest
 * @property {number} points of the grid along a side
 * @property {number} halfWidth the grid covers [−halfWidth, halfWidth]²; 12 where the posteriors' grid would have cut something off
 */

/** @typedef {{ channels: number, height: number, width: number }} ImageShape */

/**
 * A layer with parameters; the encoder's last gives μ and log σ² side by side.
 * @typedef {object} LayerInfo
 * @property {'encoder' | 'decoder'} half
 * @property {'linear' | 'conv2d' | 'conv_transpose2d'} kind
 * @property {string[]} weights names for `tensor`; the encoder's last layer has μ's and log σ²'s
 * @property {ImageShape} input the label of a conditional model included
 * @property {ImageShape} output
 * @property {string} activation
 */

/**
 * A named tensor in PyTorch's layout, row-major.
 * @typedef {{ shape: number[], values: Float32Array }} Tensor
 */

/**
 * What the kernels of a training step take: means over `steps`, in the order in which they run.
 * @typedef {{ kind: 'cpu' | 'webgpu', steps: number, kernels: { kernel: string, nanoseconds: number }[] }} StepProfile
 */

/**
 * What a training step took on either backend, in microseconds: on this adapter, for a model of so many values, with so many images a
 * step, and so many workers on the CPU. `tile` is the kind of tile by which the GPU's products were fastest, null for those by the rule.
 * @typedef {{ adapter: string, parameters: number, batch: number, draws: number, workers: number, gpu: number, cpu: number, tile: string | null }} Race
 */

/** The engine as wasm exports it. Its async methods borrow it exclusively: never two at once. `labels` are for conditional models.
 * @typedef {object} WasmEngine
 * @property {() => VaeSpec} spec
 * @property {() => BackendInfo} backend
 * @property {() => number} parameterCount
 * @property {(data: { trainImages: Uint8Array, trainLabels?: Uint8Array, testImages?: Uint8Array, testLabels?: Uint8Array }) => void} setDataset
 * @property {(images: Float32Array, labels?: Uint8Array) => Promise<{ mu: Float32Array, logvar: Float32Array }>} encode
 * @property {(z: Float32Array, labels?: Uint8Array) => Promise<Float32Array>} decode
 * @property {(images: Float32Array, sample: boolean, seed: number, labels?: Uint8Array) => Promise<Float32Array>} reconstruct
 * @property {(n: number, seed: number, temperature: number, labels?: Uint8Array) => Promise<Float32Array>} sample
 * @property {(images: Float32Array, samples: number, seed: number, labels?: Uint8Array) => Promise<{ recon: Float32Array, kl: Float32Array }>} elbo
 * @property {(z: Float32Array, images: Float32Array, mask?: Float32Array, labels?: Uint8Array) => Promise<{ recon: Float32Array, dz: Float32Array }>} latentGradient
 * @property {(images: Float32Array, dmu?: Float32Array, dlogvar?: Float32Array, labels?: Uint8Array) => Promise<Float32Array>} inputGradient
 * @property {() => LayerInfo[]} layers
 * @property {(name: string) => Promise<Tensor>} tensor
 * @property {(images: Float32Array, labels?: Uint8Array) => Promise<Float32Array[]>} encoderLayers
 * @property {(z: Float32Array, labels?: Uint8Array) => Promise<Float32Array[]>} decoderLayers
 * @property {() => number} drawsAtOnce portions of `logWeightSums` begin at its multiples
 * @property {(images: Float32Array, k: number, from: number, to: number, seed: number, first: number, labels?: Uint8Array) => Promise<Float64Array>} logWeightSums
 * @property {(mu: Float32Array, logvar: Float32Array) => LatentUse} latentUse
 * @property {(mu: Float32Array, components: number) => LatentPca} latentPca
 * @property {(points: Float32Array, labels: Uint8Array, queries: Float32Array, k: number) => Uint8Array} classify
 * @property {(images: Float32Array, reconstructions: Float32Array) => Omit<ImageQuality, 'psnrOfMeanMse'>} imageQuality
 * @property {(images: Float32Array, mu: Float32Array, logvar: Float32Array, points?: number) => void} quadratureStart
 * @property {() => Promise<{ done: number, total: number } & Partial<Quadrature>>} quadratureChunk the answer comes with the last one
 * @property {() => void} quadratureStop
 * @property {(settings: TrainSettings, workers: number) => Promise<void>} settle
 * @property {(settings: TrainSettings, steps: number) => Promise<StepProfile>} profile
 * @property {(settings: TrainSettings) => void} trainStart
 * @property {(maxSteps: number) => Promise<ChunkResult>} trainChunk
 * @property {() => Promise<ChunkResult>} trainFlush losses of steps that the chunks so far have not handed back yet
 * @property {() => void} trainStop
 * @property {(changes: { beta?: number, learningRate?: number }) => void} setHyperparameters
 * @property {() => Division} division of the run under way
 * @property {(maxSteps: number) => TeamChunk} teamBegin
 * @property {(training: boolean, epoch: number, steps: Uint8Array, index: number, workers: number) => Uint32Array} takePart slices of each step
 * @property {(i: number) => Float32Array} partGradients what the slice adds to the losses of step `i`; empty without images
 * @property {(i: number, shares: Float32Array) => void} partLosses
 * @property {(i: number) => void} partUpdate
 * @property {() => Promise<ChunkResult>} teamEnd
 * @property {(from: number, values: Float32Array) => void} readGradients
 * @property {(from: number, length: number, parts: (Float32Array | null)[]) => void} sumGradients null stands for the engine's own
 * @property {(from: number, values: Float32Array) => void} writeGradients
 * @property {() => Float32Array[]} teamState parameters and moments
 * @property {(params: Float32Array, first: Float32Array, second: Float32Array) => void} joinTeam
 * @property {() => Promise<Uint8Array>} save
 * @property {() => Promise<Float32Array>} parameters trainable values, tensor by tensor in a checkpoint's order
 * @property {(values: Float32Array) => void} setParameters
 * @property {(bytes: Uint8Array) => Promise<void>} load
 * @property {(how: { seed: number, initialisation?: Initialisation, dataBias?: boolean }) => Promise<void>} reset
 * @property {() => void} free
 */

/**
 * @typedef {object} WasmModule
 * @property {(options?: { module_or_path: string | URL | WebAssembly.Module }) => Promise<unknown>} default
 * @property {() => string} version
 * @property {(fetch: () => Promise<string>) => void} shadersFrom how the shaders' text is fetched once a GPU is to be used
 * @property {() => Preset[]} presets in the order of menus
 * @property {() => Race[]} races between the backends that are known
 * @property {(race: Race) => void} knowRace
 * @property {(ink: Float32Array, width: number, height: number) => Preprocessed} preprocessDrawing
 * @property {(bytes: Uint8Array) => { dims: number[], data: Uint8Array }} parseIdx
 * @property {(bytes: Uint8Array) => VaeSpec} checkCheckpoint throws for what is no checkpoint
 * @property {(spec: VaeSpec | string) => SpecDescription} describe throws for what cannot be built
 * @property {(settings: TrainSettings) => void} checkSettings throws for what no run would take
 * @property {{ create: (options: { spec: VaeSpec | string, backend: BackendRequest, seed: number, initialisation?: Initialisation }) => Promise<WasmEngine> }} Engine
 */

export {};
