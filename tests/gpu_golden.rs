//! The GPU against PyTorch; without an adapter this test fails.
#![cfg(not(target_arch = "wasm32"))]

mod golden;

use golden::{Extent, Tolerance, check};
use pollster::block_on;
use vae_playground::executor::ReasonCode;
use vae_playground::gpu::{Adapter, GpuExecutor};

#[test]
fn the_gpu_agrees_with_pytorch() {
    let adapter = block_on(Adapter::request()).expect("a GPU adapter");
    println!("on {}", adapter.name());
    let make = |params| {
        let executor = GpuExecutor::new(adapter, params, ReasonCode::Requested, "golden check");
        block_on(executor).expect("an executor on the adapter")
    };
    let failures = block_on(check(make, Tolerance::SINGLE, Extent::Reduced));
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}
