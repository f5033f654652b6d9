//! The same seed gives the same run on both backends, whatever the model and the objective.

use vae_playground::binarize::Binarize;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, Phase, ReasonCode, StepMetrics};
use vae_playground::loss::Objective;
use vae_playground::op::{Space, Step};
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::presets;

use crate::executor;
use crate::model::Model;
use crate::oracle::cases::{Tolerance, compare};

/// The losses of all steps, and the gradients of the first.
fn train(executor: &mut impl Executor, model: &Model, steps: &[Step]) -> (Vec<StepMetrics>, Vec<f32>) {
    pollster::block_on(async {
        let program = model.load(executor);
        executor.run(program, Phase::Gradients, &steps[..1]).unwrap();
        let gradients = executor.read(None, model.whole(Space::Grads)).await.unwrap();
        let ticket = executor.run(program, Phase::All, steps).unwrap();
        (executor.collect(ticket).await.unwrap(), gradients)
    })
}

/// Every gradient tensor of the first step, and the losses of all.
fn agree(model: &Model, steps: u32) {
    let steps = model.steps(1, steps);
    let mut cpu = CpuExecutor::new(model.layout.len, ReasonCode::Requested, "a test");
    let mut gpu = executor(model.layout.len);
    let (want, want_gradients) = train(&mut cpu, model, &steps);
    let (got, gradients) = train(&mut gpu, model, &steps);
    for tensor in &model.layout.tensors {
        let range = tensor.range.clone();
        let reference: Vec<f64> = want_gradients[range.clone()].iter().map(|&g| f64::from(g)).collect();
        // An autoencoder has no use for log σ².
        let idle = matches!(model.objective, Objective::Autoencoder {}) && tensor.name.starts_with("fc22");
        assert_eq!(reference.iter().all(|&g| g == 0.0), idle, "{}", tensor.name);
        // A weight is the exponential of a loss in the hundreds, of which f32 keeps some 10⁻⁵ nats.
        let rtol = if matches!(model.objective, Objective::Iwae { .. }) { 2e-4 } else { 5e-5 };
        let problem = compare(&gradients[range], &reference, Tolerance::Scaled { atol: 1e-7, rtol });
        assert_eq!(problem, None, "gradient of {}", tensor.name);
    }
    for (t, (got, want)) in (1..).zip(got.iter().zip(&want)) {
        // The divergence is small where it begins, and drifts apart soonest.
        let losses = [
            ("reconstruction", got.recon, want.recon, 1e-3),
            ("KL", got.kl, want.kl, 3e-3),
            ("objective", got.objective, want.objective, 1e-3),
        ];
        for (what, got, want, most) in losses {
            let relative = ((got - want) / want).abs();
            assert!(relative < most, "step {t}: {what} is {got} on the GPU and {want} on the CPU");
        }
    }
    let (first, last) = (got[0].objective, got[got.len() - 1].objective);
    assert!(last < 0.96 * first, "nothing was learned: {got:?}");
}

/// 20 steps of a preset with 8 images each.
fn preset(name: &str, objective: Objective, binarize: Binarize) {
    let optimizer = Optimizer { rule: Rule::ADAM, weight_decay: 0.0, max_norm: Some(50.0) };
    agree(&Model::with(&presets::spec(name).unwrap(), optimizer, (objective, binarize), 8, 20), 20);
}

#[test]
fn dense_20_for_50_steps() {
    agree(&Model::new("dense-20", Rule::ADAM, 128, 50), 50);
}

#[test]
fn conv_2() {
    preset("conv-2", Objective::ELBO, Binarize::None);
}

#[test]
fn conv_16() {
    preset("conv-16", Objective::ELBO, Binarize::Static);
}

#[test]
fn conv_32() {
    preset("conv-32", Objective::ELBO, Binarize::None);
}

#[test]
fn cvae_20() {
    preset("cvae-20", Objective::ELBO, Binarize::Dynamic);
}

#[test]
fn iwae_50() {
    preset("iwae-50", Objective::Iwae { samples: 5, dreg: false }, Binarize::Dynamic);
}

#[test]
fn iwae_50_doubly_reparameterised() {
    preset("iwae-50", Objective::Iwae { samples: 5, dreg: true }, Binarize::Dynamic);
}

#[test]
fn free_bits() {
    preset("rmsprop-10", Objective::Elbo { free_bits: 0.05 }, Binarize::None);
}

#[test]
fn an_autoencoder() {
    preset("mse-128", Objective::Autoencoder {}, Binarize::None);
}
