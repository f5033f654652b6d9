//! An executor against PyTorch: small models of every kind in all detail, and every preset at full size.
#![allow(dead_code, reason = "every test uses its own part")]

mod check;
pub(crate) mod fixture;
pub(crate) mod model;
pub(crate) mod presets;

use vae_playground::executor::Executor;

use check::Check;
use model::Model;

/// What may differ from PyTorch's 64-bit result: |got − want| ≤ tolerance · max|want| + tiny.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    /// One pass forward.
    pub(crate) forward: f32,
    /// One pass backward.
    pub(crate) gradient: f32,
    /// Losses and parameters after up to ten updates, where roundings have fed back.
    pub(crate) trajectory: f32,
}

impl Tolerance {
    /// For executors that compute in 32-bit floats.
    pub(crate) const SINGLE: Self = Self { forward: 5e-6, gradient: 2e-5, trajectory: 2e-4 };
}

/// How many of the fixtures' results to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Every optimiser on two fixtures, Adam on the others: for adapters where a dispatch takes milliseconds.
    Reduced,
    /// All of them.
    Full,
}

/// Everything in which the executor differs from PyTorch, over all fixtures; `make` builds an executor for
/// an arena of so many values.
pub(crate) async fn check<E: Executor>(
    make: impl FnOnce(u32) -> E,
    tolerance: Tolerance,
    extent: Extent,
) -> Vec<String> {
    let fixtures = fixture::all();
    // One executor for all, with room for the largest: a GPU compiles its pipelines once.
    let params = fixtures.iter().map(|f| f.setup.layout.len).max().expect("there are fixtures");
    let mut executor = make(params);
    let mut failures = Vec::new();
    for fixture in &fixtures {
        let model = Model { setup: &fixture.setup, executor: &mut executor, params, tolerance, failures };
        let mut check = Check { fixture, model };
        if let Err(e) = check.everything(extent).await {
            check.model.fail(format!("error: {e}"));
        }
        failures = check.model.failures;
    }
    failures
}
