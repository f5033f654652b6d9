//! Training runs on a GPU adapter; without one these tests fail.

mod runs;

use vae_playground::backend::Choice;

runs_on!(Choice::WebGpu);
