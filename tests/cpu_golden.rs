//! The CPU against PyTorch.
#![cfg(not(target_arch = "wasm32"))]

mod golden;

use golden::{Extent, Tolerance, check};
use pollster::block_on;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::ReasonCode;

#[test]
fn the_cpu_agrees_with_pytorch() {
    for threads in [1, 3] {
        let make = |params| CpuExecutor::with_threads(params, threads, ReasonCode::Requested, "golden check");
        let failures = block_on(check(make, Tolerance::SINGLE, Extent::Full));
        assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
    }
}
