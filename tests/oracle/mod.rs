//! A plan's meaning in straight f64 loops, too simple to be wrong, and the cases by which an executor is
//! held to it. Shared by the tests of both backends and of wasm.
#![allow(dead_code, reason = "every test uses its own part")]

pub(crate) mod apply;
pub(crate) mod cases;
mod conv;
mod input;
pub(crate) mod math;
pub(crate) mod memory;
mod objective;

use vae_playground::op::{METRICS, Step};
use vae_playground::plan::Plan;

use memory::Memory;

/// Runs every op of the plan for one step.
pub(crate) fn run(plan: &Plan, memory: &mut Memory, step: &Step) {
    for op in &plan.ops {
        apply::apply(op, memory, step);
    }
}

/// The objective that the last step left in the metrics ring: in nats per image.
pub(crate) fn loss(plan: &Plan, memory: &Memory, step: &Step) -> f64 {
    let ring = memory.read(plan.ports.metrics.expect("the plan has no metrics"));
    ring[(METRICS * step.slot + METRICS - 1) as usize]
}
