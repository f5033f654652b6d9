//! A long run on the GPU takes no memory for its steps, neither on the heap nor on the device.
#![cfg(not(target_arch = "wasm32"))]

mod steady;

use vae_playground::backend::Choice;

/// Programs that imitate a GPU are slow, and llvmpipe itself keeps some 200 KB of every step for ever, beside what it is asked
/// for: fewer steps there.
fn steps(software: bool) -> usize {
    if software { 1000 } else { 10_000 }
}

#[test]
fn later_steps_hold_no_more_than_the_first_tenth() {
    steady::memory_does_not_grow(Choice::WebGpu, steps);
}
