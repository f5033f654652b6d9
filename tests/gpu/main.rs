//! The GPU backend on whatever adapter this machine has; without one every test here fails and says so.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../oracle/mod.rs"]
mod oracle;

mod host;
mod model;
mod mutations;
mod ops;
mod shaders;
mod training;

use std::sync::OnceLock;

use vae_playground::executor::ReasonCode;
use vae_playground::gpu::{Adapter, GpuExecutor};

/// The adapter that all tests share.
fn adapter() -> Adapter {
    static ADAPTER: OnceLock<Adapter> = OnceLock::new();
    ADAPTER
        .get_or_init(|| {
            let adapter = pollster::block_on(Adapter::request()).unwrap_or_else(|e| {
                panic!(
                    "{e}. These tests need a GPU or a program that imitates one, such as \
                     mesa-vulkan-drivers on Debian"
                )
            });
            eprintln!("GPU tests run on {}", adapter.name());
            adapter
        })
        .clone()
}

/// An executor for an arena of `params` values on the shared adapter.
fn executor(params: u32) -> GpuExecutor {
    pollster::block_on(GpuExecutor::new(adapter(), params, ReasonCode::Requested, "a test")).unwrap()
}
