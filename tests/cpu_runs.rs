//! Training runs on the CPU.

mod runs;
mod team;

use vae_playground::backend::Choice;

runs_on!(Choice::Cpu);
