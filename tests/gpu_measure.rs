//! Quadrature on the GPU; without an adapter this test fails.
#![cfg(not(target_arch = "wasm32"))]

mod measure;

use measure::{close, expected, numbers};
use pollster::block_on;
use vae_playground::executor::ReasonCode;
use vae_playground::gpu::{Adapter, GpuExecutor};
use vae_playground::measure::quadrature::{Grid, log_likelihood_2d};

#[test]
fn quadrature_on_the_gpu_is_exact_as_well() {
    for (fixture, tolerance) in [("linear_gaussian", 1e-3), ("bernoulli", 1e-4)] {
        let e = expected(fixture);
        let (mut session, images) = measure::model(&e, |params| {
            let adapter = block_on(Adapter::request()).expect("a GPU adapter");
            println!("on {}", adapter.name());
            let executor = GpuExecutor::new(adapter, params, ReasonCode::Requested, "a test");
            block_on(executor).expect("an executor on the adapter")
        });
        let grid = Grid::new(7.0, 161).unwrap();
        let found = block_on(log_likelihood_2d(&mut session, &images, grid, |_, _| {})).unwrap();
        close(&found.log_likelihood, &numbers(&e["log_likelihood"]), tolerance);
    }
}
