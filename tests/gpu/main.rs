//! The GPU backend on whatever adapter this machine has; without one every test here fails and says so.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../oracle/mod.rs"]
mod oracle;

mod device;
mod host;
mod lost;
mod model;
mod ops;
mod parity;
mod race;
mod shaders;
mod training;

use device::{adapter, executor};
