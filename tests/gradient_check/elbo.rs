//! The ELBO of dense models.

use vae_playground::loss::Objective;
use vae_playground::op::Step;
use vae_playground::spec::{Activation, Likelihood};

use crate::oracle::cases::{Tolerance, compare};
use crate::setup::{BERNOULLI, GAUSSIAN, Layers, Setup, dense, none};

fn setup(layers: Layers<'_>, likelihood: Likelihood, beta: f32, rows: u32) -> Setup {
    Setup::new(dense(layers, likelihood, 0), Objective::ELBO, beta, rows)
}

#[test]
fn every_activation_with_both_likelihoods() {
    let mut failures = Vec::new();
    for activation in Activation::ALL {
        for likelihood in [BERNOULLI, GAUSSIAN] {
            let layers = [&[(7, activation)][..], &[(6, activation)]];
            let setup = setup(layers, likelihood, 1.0, 8);
            failures.extend(setup.check(&format!("{activation:?}, {likelihood:?}")));
        }
    }
    none(&failures);
}

#[test]
fn weights_of_the_divergence_and_partial_batches() {
    let mut failures = Vec::new();
    for beta in [0.0, 0.25, 4.0] {
        for rows in [1, 5] {
            let layers = [&[(7, Activation::Tanh)][..], &[(6, Activation::Tanh)]];
            let setup = setup(layers, BERNOULLI, beta, rows);
            failures.extend(setup.check(&format!("β {beta}, {rows} rows of 8")));
        }
    }
    none(&failures);
}

#[test]
fn deep_models_no_layers_at_all_and_a_decoder_that_ends_in_pixels() {
    use Activation::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Silu, Softplus};
    let mut failures = Vec::new();
    let deep: Layers<'_> =
        [&[(9, Gelu), (8, Softplus), (7, LeakyRelu)], &[(5, Silu), (6, Sigmoid), (7, Relu)]];
    for (label, layers) in [("deep", deep), ("linear", [&[], &[]]), ("pixels", [&[], &[(12, Identity)]])] {
        failures.extend(setup(layers, BERNOULLI, 1.5, 6).check(label));
    }
    none(&failures);
}

#[test]
fn gradients_of_slices_add_up_to_the_batchs() {
    let setup = setup([&[(7, Activation::Relu)], &[(6, Activation::Gelu)]], BERNOULLI, 1.0, 8);
    let whole = setup.gradients(&setup.step);
    let mut sum = vec![0.0; whole.len()];
    for (row_offset, rows) in [(0, 3), (3, 1), (4, 4)] {
        for (s, g) in sum.iter_mut().zip(setup.gradients(&Step { row_offset, rows, ..setup.step })) {
            *s += g;
        }
    }
    let whole: Vec<f64> = whole.into_iter().map(f64::from).collect();
    assert_eq!(compare(&sum, &whole, Tolerance::Scaled { atol: 0.0, rtol: 1e-6 }), None);
}
