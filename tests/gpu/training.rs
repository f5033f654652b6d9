//! Whole steps: noise, gradients and losses against the f64 oracle.

use std::sync::Arc;

use vae_playground::executor::{Executor, Phase};
use vae_playground::op::{Op, Reparam, Space, Split, Step};
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::rng::{self, Purpose};
use vae_playground::spec::{Activation, ImageShape, LayerSpec, Likelihood, VaeSpec};

use crate::model::Model;
use crate::oracle::cases::build::{Build, step};
use crate::oracle::cases::{Tolerance, compare};
use crate::oracle::memory::{Images, Memory};
use crate::{executor, oracle};

/// z of zero statistics is ε itself.
#[test]
fn noise_is_that_of_the_cpu() {
    let (rows, latent, samples) = (1000, 50, 2);
    let step = Step { row_offset: 7, step: 0x8000_0001, ..step(rows) };
    let mut b = Build::new(0, rows, step);
    let stats = b.input("stats", [rows, rows, 2 * latent], |_| 0.0);
    let tolerance = Tolerance::Each { atol: 0.0, rtol: 0.0 };
    let z = b.output("z", [rows * samples, rows * samples, latent], tolerance);
    let kl = b.output("kl", [rows, rows, 1], tolerance);
    let case =
        b.finish("noise".into(), Op::Reparam(Reparam { stats, z, kl, latent, samples, defensive: false }));
    let mut gpu = executor(case.plan.params);
    let program = gpu.compile(&case.plan).unwrap();
    gpu.write(Some(program), stats, &case.inputs[0].1).unwrap();
    gpu.run(program, Phase::All, &[step]).unwrap();
    let got = pollster::block_on(gpu.read(Some(program), z)).unwrap();
    assert_eq!(got.len(), 100_000);
    let first = step.row_offset * samples * latent;
    let ours = |i: usize| rng::normal(step.seed, Purpose::Latent, step.step, first + i as u32);
    // The same integers and the same polynomials: only divisions and roots may round otherwise.
    let largest = got.iter().enumerate().map(|(i, z)| (z - ours(i)).abs()).fold(0.0, f32::max);
    assert!(largest <= 1e-6, "noise differs by {largest:e}");
    assert!(pollster::block_on(gpu.read(Some(program), kl)).unwrap().iter().all(|&kl| kl == 0.0));
}

/// The model's memory for the oracle, as [`Model::load`] leaves an executor's.
fn reference(model: &Model) -> Memory {
    let mut memory = Memory::new(&model.plan);
    let order = (0..model.count).collect();
    memory.set_images(Split::Train, Images { pixels: model.images.clone(), labels: Arc::from([]), order });
    memory.write_f32(model.whole(Space::Params), &model.start());
    memory
}

/// Every gradient tensor of one step, and the losses of `steps` steps.
fn check(name: &str, model: &Model, steps: u32) {
    let mut gpu = executor(model.layout.len);
    let program = model.load(&mut gpu);
    let mut memory = reference(model);

    let list = model.steps(1, steps);
    gpu.run(program, Phase::Gradients, &list[..1]).unwrap();
    let got = pollster::block_on(gpu.read(None, model.whole(Space::Grads))).unwrap();
    let mut once = memory.clone();
    oracle::run(&model.plan, &mut once, &list[0]);
    let want = once.read(model.whole(Space::Grads));
    let tolerance = Tolerance::Scaled { atol: 1e-7, rtol: 2e-5 };
    for tensor in &model.layout.tensors {
        let range = tensor.range.clone();
        assert!(want[range.clone()].iter().any(|&g| g != 0.0), "{name}: {} has no gradient", tensor.name);
        let problem = compare(&got[range.clone()], &want[range], tolerance);
        assert_eq!(problem, None, "{name}: gradient of {}", tensor.name);
    }

    let ticket = gpu.run(program, Phase::All, &list).unwrap();
    let losses = pollster::block_on(gpu.collect(ticket)).unwrap();
    for (step, got) in list.iter().zip(losses) {
        oracle::run(&model.plan, &mut memory, step);
        let want = oracle::loss(&model.plan, &memory, step);
        let got = f64::from(got.recon + step.beta * got.kl);
        let relative = (got - want).abs() / want.abs();
        assert!(relative < 1e-4, "{name}, step {}: {got} nats, expected {want}", step.step);
    }
    // What training comes to: parameters after all steps, and that they moved.
    let params = pollster::block_on(gpu.read(None, model.whole(Space::Params))).unwrap();
    let want = memory.read(model.whole(Space::Params));
    assert_eq!(compare(&params, &want, Tolerance::Scaled { atol: 1e-5, rtol: 1e-3 }), None, "{name}");
    assert!(params.iter().zip(model.start()).any(|(a, b)| (a - b).abs() > 1e-5), "{name} learns nothing");
}

#[test]
fn dense_20_agrees_with_the_oracle() {
    check("dense-20", &Model::new("dense-20", Rule::ADAM, 32, 4), 4);
}

#[test]
fn every_optimiser_agrees_with_the_oracle() {
    for rule in [Rule::ADAM, Rule::RMSPROP, Rule::Sgd { momentum: 0.9 }] {
        for max_norm in [None, Some(0.5)] {
            let optimizer = Optimizer { rule, weight_decay: 1e-3, max_norm };
            check(&format!("{optimizer:?}"), &Model::new("rmsprop-10", optimizer, 16, 10), 10);
        }
    }
}

/// An odd-sized model with every activation, Gaussian likelihood and no layer width a multiple of 4.
#[test]
fn a_deep_model_of_every_activation_agrees_with_the_oracle() {
    let layers = |shift: usize| -> Vec<LayerSpec> {
        let of = |(i, activation)| LayerSpec::Linear { units: 23 + 6 * (i + shift) as u32, activation };
        Activation::ALL.into_iter().enumerate().map(of).collect()
    };
    let spec = VaeSpec {
        input: ImageShape { channels: 1, height: 9, width: 11 },
        encoder: layers(0),
        latent: 5,
        decoder: layers(3),
        likelihood: Likelihood::Gaussian { sigma: 0.5 },
        classes: 0,
    };
    let clipped = Optimizer { rule: Rule::ADAM, weight_decay: 0.0, max_norm: Some(1.0) };
    check("every activation", &Model::of(&spec, clipped, 13, 6), 6);
}
