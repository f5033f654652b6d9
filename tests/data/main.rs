//! Data: IDX files, drawings, datasets, the real MNIST.

#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]

mod dataset;
mod drawing;
mod files;
mod idx;
mod mnist;
mod npy;
