//! The CPU backend compiled to wasm, under Node.js: its kernels against the f64 oracle.
#![cfg(target_arch = "wasm32")]

mod oracle;

use oracle::cases::{Extent, OPS, check_op};
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::ReasonCode;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn every_op_matches_the_oracle() {
    for op in OPS {
        let make = |params| CpuExecutor::with_threads(params, 1, ReasonCode::Requested, "a test");
        let failures = check_op(op, make, Extent::Full).await;
        assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    }
}
