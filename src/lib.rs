//! A variational autoencoder compiled once into a flat list of operations and replayed by two
//! executors: WGSL compute shaders through wgpu, and SIMD Rust on the CPU.
//!
//! Module map, from the bottom up (dependencies point only downwards; see `ARCHITECTURE.md`):
//!
//! | module | what it holds |
//! |---|---|
//! | [`error`] | every way something can go wrong, with the stable codes that JavaScript sees |
//! | [`rng`] | counter-based random numbers, the same on both backends |
//! | [`spec`], [`presets`] | what a model is |
//! | [`op`], [`params`] | the operations, and where parameters live |
//! | [`binarize`] | grey pixels turned into targets |
//! | [`plan`], [`loss`], [`optim`] | a spec compiled into operations |
//! | [`executor`] | what a backend must do |
//! | [`cpu`] | SIMD kernels on the processor |
//! | [`gpu`] | WGSL compute shaders through wgpu |
//! | [`session`] | encode, decode and measure on one executor |
//! | [`run_state`] | what a resumed run needs beside its checkpoint |
//! | [`train`] | epochs, schedules, metrics, the guard against numbers that are not finite |
//! | [`checkpoint`] | a model as a safetensors file that PyTorch reads |
//! | [`backend`] | which executor runs, and why |
//! | [`vae`] | the public object |
//! | [`eval`] | losses over a dataset, with their protocol |
//! | [`measure`] | use of the latent, principal components, neighbours, quality, exact likelihood |
//! | [`data`] | IDX files, drawings turned into MNIST images, datasets |

pub mod backend;
pub mod binarize;
pub mod checkpoint;
mod container;
pub mod cpu;
pub mod data;
pub mod error;
pub mod eval;
pub mod executor;
pub mod gpu;
mod json;
mod layers;
pub mod loss;
pub mod measure;
pub mod op;
pub mod optim;
pub mod params;
pub mod plan;
pub mod presets;
pub mod rng;
pub mod run_state;
pub mod session;
pub mod spec;
pub mod train;
pub mod vae;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use error::{Error, Result};
pub use spec::VaeSpec;
