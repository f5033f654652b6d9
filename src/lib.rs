//! A variational autoencoder compiled once into a flat list of operations and replayed by two
//! executors: WGSL compute shaders through wgpu, and SIMD Rust on the CPU.
//!
//! Module map, from the bottom up (dependencies point only downwards; see `ARCHITECTURE.md`):
//!
//! | module | what it holds |
//! |---|---|
//! | [`error`] | every way something can go wrong, with the stable codes that JavaScript sees |
//! | [`data`] | IDX files, drawings turned into MNIST images, datasets |

pub mod data;
pub mod error;

pub use error::{Error, Result};
