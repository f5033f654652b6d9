//! The CPU against PyTorch.
#![cfg(not(target_arch = "wasm32"))]

mod golden;

use golden::{Extent, Tolerance, check, presets};
use pollster::block_on;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::ReasonCode;
use vae_playground::presets::{NAMES, Preset};

fn executor(params: u32, threads: usize) -> CpuExecutor {
    CpuExecutor::with_threads(params, threads, ReasonCode::Requested, "golden check")
}

#[test]
fn the_cpu_agrees_with_pytorch() {
    for threads in [1, 3] {
        let failures = block_on(check(|params| executor(params, threads), Tolerance::SINGLE, Extent::Full));
        assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
    }
}

#[test]
fn every_preset_agrees_with_pytorch_on_the_cpu() {
    let failures = block_on(presets::check(|params| executor(params, 2), Tolerance::SINGLE));
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn there_are_numbers_for_every_preset() {
    let names: Vec<String> = presets::all().iter().map(|p| p.name.clone()).collect();
    assert_eq!(names, NAMES, "run tests/golden/presets.py");
    for preset in presets::all() {
        let Preset { spec, recipe } = vae_playground::presets::preset(&preset.name).unwrap();
        let config = recipe.config;
        assert_eq!((preset.spec, preset.objective, preset.beta), (spec, config.objective, config.beta));
    }
}
