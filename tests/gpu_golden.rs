//! The GPU against PyTorch; without an adapter this test fails.
#![cfg(not(target_arch = "wasm32"))]

mod golden;

use golden::{Extent, Tolerance, check, presets};
use pollster::block_on;
use vae_playground::executor::ReasonCode;
use vae_playground::gpu::{Adapter, GpuExecutor};

fn executor(params: u32) -> GpuExecutor {
    let adapter = block_on(Adapter::request()).expect("a GPU adapter");
    println!("on {}", adapter.name());
    let executor = GpuExecutor::new(adapter, params, ReasonCode::Requested, "golden check");
    block_on(executor).expect("an executor on the adapter")
}

#[test]
fn the_gpu_agrees_with_pytorch() {
    let failures = block_on(check(executor, Tolerance::SINGLE, Extent::Reduced));
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_preset_agrees_with_pytorch_on_the_gpu() {
    let failures = block_on(presets::check(executor, Tolerance::SINGLE));
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}
