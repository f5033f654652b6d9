//! Objectives beside the ELBO, conditional models and convolutions.

use vae_playground::loss::Objective;
use vae_playground::plan::Goal;
use vae_playground::spec::{Activation, VaeSpec};

use crate::oracle;
use crate::setup::{BERNOULLI, GAUSSIAN, Layers, Setup, dense, none};

const LAYERS: Layers<'_> = [&[(7, Activation::Tanh)], &[(6, Activation::Silu)]];

/// Mean divergence of each dimension.
fn divergences(setup: &Setup) -> Vec<f64> {
    let plan = setup.plan(&Goal::Encode);
    let mut memory = setup.memory(&plan);
    oracle::run(&plan, &mut memory, &setup.step);
    let stats = memory.read(plan.ports.stats.unwrap());
    let latent = setup.spec.latent as usize;
    let rows = || stats.chunks(2 * latent).take(setup.step.rows as usize);
    (0..latent)
        .map(|j| {
            let (mean, log_variance) = (|row: &[f64]| row[j], |row: &[f64]| row[latent + j]);
            let of = |row| 0.5 * (mean(row).powi(2) + log_variance(row).exp_m1() - log_variance(row));
            rows().map(of).sum::<f64>() / rows().count() as f64
        })
        .collect()
}

#[test]
fn free_bits_of_some_dimensions() {
    let mut failures = Vec::new();
    for beta in [1.0, 0.5] {
        let mut setup = Setup::new(dense(LAYERS, BERNOULLI, 0), Objective::ELBO, beta, 5);
        let mut divergences = divergences(&setup);
        divergences.sort_by(f64::total_cmp);
        assert!(divergences[0] > 0.0 && divergences[1] > 1.1 * divergences[0], "{divergences:?}");
        // Away from the kinks: between one dimension and the two others, below all, above all.
        let [low, middle] = [0.5 * divergences[0], f64::midpoint(divergences[0], divergences[1])];
        for floor in [low, middle, 2.0 * divergences[2]] {
            setup.objective = Objective::Elbo { free_bits: floor as f32 };
            failures.extend(setup.check(&format!("β {beta}, λ {floor}")));
        }
    }
    none(&failures);
}

#[test]
fn an_autoencoder() {
    let mut failures = Vec::new();
    for likelihood in [BERNOULLI, GAUSSIAN] {
        let setup = Setup::new(dense(LAYERS, likelihood, 0), Objective::Autoencoder {}, 1.0, 5);
        assert_eq!((setup.step.noise, setup.step.beta), (0.0, 0.0));
        failures.extend(setup.check(&format!("{likelihood:?}")));
        // Nothing reaches log σ².
        let gradients = setup.gradients(&setup.step);
        let of = |part: &str| {
            let tensors = setup.layout.tensors.iter().filter(|t| t.name.starts_with(part));
            tensors.flat_map(|t| gradients[t.range.clone()].to_vec()).collect::<Vec<_>>()
        };
        assert!(of("fc22").iter().all(|&g| g == 0.0) && of("fc21").iter().any(|&g| g != 0.0));
    }
    none(&failures);
}

#[test]
fn conditional_models() {
    let mut failures = Vec::new();
    for objective in [
        Objective::ELBO,
        Objective::Elbo { free_bits: 0.02 },
        Objective::Iwae { samples: 3, dreg: false },
        Objective::Autoencoder {},
    ] {
        for layers in [LAYERS, [&[], &[]]] {
            let setup = Setup::new(dense(layers, BERNOULLI, 4), objective, 0.7, 5);
            assert!(setup.labels[..5].iter().any(|&label| label != setup.labels[0]));
            failures.extend(setup.check(&format!("{objective:?}, {layers:?}")));
        }
    }
    none(&failures);
}

#[test]
fn convolutions() {
    let spec = |classes: u32| {
        let json = format!(
            r#"{{ "input": {{ "channels": 2, "height": 5, "width": 4 }},
                 "encoder": [
                   {{ "type": "conv2d", "channels": 3, "kernel": 3, "stride": 2, "padding": 1, "activation": "elu" }},
                   {{ "type": "conv2d", "channels": 2, "kernel": 2, "stride": 1, "padding": 0, "activation": "gelu" }} ],
                 "latent": 2,
                 "decoder": [
                   {{ "type": "linear", "units": 12, "activation": "tanh" }},
                   {{ "type": "reshape", "channels": 2, "height": 3, "width": 2 }},
                   {{ "type": "conv_transpose2d", "channels": 3, "kernel": 3, "stride": 2, "padding": 1,
                      "outputPadding": 0, "activation": "silu" }},
                   {{ "type": "conv_transpose2d", "channels": 2, "kernel": 2, "stride": 1, "padding": 0,
                      "outputPadding": 0, "activation": "identity" }} ],
                 "classes": {classes} }}"#
        );
        VaeSpec::from_json(&json).unwrap_or_else(|e| panic!("{e}"))
    };
    let mut failures = Vec::new();
    for (classes, objective) in
        [(0, Objective::ELBO), (3, Objective::ELBO), (3, Objective::Iwae { samples: 2, dreg: false })]
    {
        let setup = Setup::new(spec(classes), objective, 1.0, 4);
        failures.extend(setup.check(&format!("{classes} classes, {objective:?}")));
    }
    none(&failures);
}
