// The same as the package's main module, with the engine and its worker within: for places where no second file can be served. It has
// no trained weights: presets begin at random, or with `model` as a URL or as bytes. It runs plain SIMD128 everywhere.

export * from './index.js';
