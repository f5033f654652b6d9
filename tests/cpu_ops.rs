//! Every op of the CPU backend against the f64 oracle, on every instruction set and number of threads.
#![cfg(not(target_arch = "wasm32"))]

mod oracle;

use oracle::cases::{Extent, OPS, check_all, check_op};
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, ReasonCode};

fn executor(params: u32, threads: usize) -> CpuExecutor {
    CpuExecutor::with_threads(params, threads, ReasonCode::Requested, "a test")
}

fn none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_op_matches_the_oracle_for_every_combination_of_sizes() {
    none(&pollster::block_on(check_all(|params| executor(params, 1), Extent::Exhaustive)));
}

#[test]
fn every_instruction_set_matches_the_oracle() {
    for name in CpuExecutor::instruction_sets() {
        let make = |params| {
            let mut executor = executor(params, 1);
            executor.use_instruction_set(name).unwrap();
            assert_eq!(executor.info().simd, name);
            executor
        };
        let failures = pollster::block_on(check_all(make, Extent::Full));
        none(&failures.iter().map(|f| format!("{name}: {f}")).collect::<Vec<_>>());
    }
}

#[test]
fn every_op_matches_the_oracle_with_three_threads() {
    for op in OPS {
        none(&pollster::block_on(check_op(op, |params| executor(params, 3), Extent::Full)));
    }
}
