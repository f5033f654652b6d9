//! The CPU backend compiled to wasm, under Node.js: its kernels against the f64 oracle and PyTorch; what JavaScript calls.
#![cfg(target_arch = "wasm32")]

mod golden;
mod measure;
mod oracle;
mod wasm_api;

use oracle::cases::{Extent, check_all};
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, ReasonCode};
use vae_playground::measure::quadrature::{Grid, log_likelihood_2d};
use wasm_bindgen_test::wasm_bindgen_test;

fn executor(params: u32) -> CpuExecutor {
    CpuExecutor::new(params, ReasonCode::Requested, "a test")
}

#[wasm_bindgen_test]
async fn every_op_matches_the_oracle() {
    let failures = check_all(executor, Extent::Full).await;
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[wasm_bindgen_test]
async fn models_and_optimisers_match_pytorch() {
    let failures = golden::check(executor, golden::Tolerance::SINGLE, golden::Extent::Full).await;
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[wasm_bindgen_test]
async fn quadrature_is_exact() {
    for (fixture, tolerance) in [("linear_gaussian", 1e-3), ("bernoulli", 1e-4)] {
        let e = measure::expected(fixture);
        let (mut session, images) = measure::model(&e, executor);
        let grid = Grid::new(7.0, 161).unwrap();
        let found = log_likelihood_2d(&mut session, &images, grid, |_, _| {}).await.unwrap();
        measure::close(&found.log_likelihood, &measure::numbers(&e["log_likelihood"]), tolerance);
    }
}

#[wasm_bindgen_test]
fn one_worker_computes_with_vectors() {
    let executor = executor(64);
    assert_eq!(executor.info().workers, 1);
    assert!(executor.info().simd.contains("simd"), "{}", executor.info().simd);
}
