//! From files and drawings to images the engine can train on.

pub mod dataset;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod files;
pub mod idx;
pub mod image;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod npy;

pub use dataset::Dataset;
pub use image::{Digit, preprocess_drawing};
