//! Gradients of whole models against central differences of the f64 oracle's loss.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../oracle/mod.rs"]
mod oracle;

mod elbo;
mod inputs;
mod objectives;
mod setup;
mod weighted;
