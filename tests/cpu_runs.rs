//! Training runs on the CPU.

mod runs;

use vae_playground::backend::Choice;

runs_on!(Choice::Cpu);
