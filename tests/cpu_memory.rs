//! A long run on the CPU takes no memory for its steps.
#![cfg(not(target_arch = "wasm32"))]

mod steady;

use vae_playground::backend::Choice;

#[test]
fn ten_thousand_steps_hold_no_more_than_the_first_thousand() {
    steady::memory_does_not_grow(Choice::Cpu, |_| 10_000);
}
