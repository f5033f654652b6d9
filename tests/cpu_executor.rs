//! The CPU backend as a whole: the same bits from the same seed, typed errors, numbers that are not finite.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use vae_playground::Error;
use vae_playground::binarize::Binarize;
use vae_playground::cpu::CpuExecutor;
use vae_playground::executor::{Executor, Phase, ProgramId, ReasonCode, StepMetrics};
use vae_playground::loss::Objective;
use vae_playground::op::{Linear, Op, Space, Split, Step, View};
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::plan::{Goal, Input, Phases, Plan};
use vae_playground::presets;
use vae_playground::rng::{self, Purpose};

const IMAGES: u32 = 300;

fn step(i: u32, rows: u32) -> Step {
    let (bias1, bias2) = Optimizer::from(Rule::ADAM).bias_corrections(u64::from(i) + 1);
    Step {
        rows,
        row_offset: 0,
        first: (i * 37) % (IMAGES - rows),
        slot: i % 4,
        seed: 5,
        step: i,
        noise: 1.0,
        beta: 1.0,
        inv_batch: 1.0 / rows as f32,
        learning_rate: 1e-3,
        bias1,
        bias2,
        pad: [0; 4],
    }
}

/// An executor ready to train a preset on random images.
fn trainer(preset: &str, threads: usize, max_norm: Option<f32>) -> (CpuExecutor, ProgramId, Plan) {
    trainer_of(Objective::ELBO, preset, threads, max_norm)
}

/// The same for another objective than the ELBO.
fn trainer_of(
    objective: Objective,
    preset: &str,
    threads: usize,
    max_norm: Option<f32>,
) -> (CpuExecutor, ProgramId, Plan) {
    let spec = presets::spec(preset).unwrap();
    let optimizer = Optimizer { max_norm, ..Rule::ADAM.into() };
    let plan = Plan::new(
        &spec,
        &Goal::Train(optimizer, objective),
        Input::Dataset(Split::Train, Binarize::None),
        128,
        4,
    )
    .unwrap();
    let mut executor = CpuExecutor::with_threads(plan.params, threads, ReasonCode::Requested, "a test");
    let pixels = spec.pixels();
    // Some places are darker than others, so that there is something to learn.
    let images: Arc<[u8]> =
        (0..IMAGES * pixels).map(|i| rng::hash(9, Purpose::Binarise, 0, i)[0] as u8 >> (i % 8)).collect();
    executor.set_dataset(Split::Train, images, pixels).unwrap();
    executor.set_labels(Split::Train, (0..IMAGES).map(|i| (i % 10) as u8).collect()).unwrap();
    let params = Layout::new(&spec).unwrap().initialise(Initialisation::PyTorch, 1);
    executor.write(None, View { space: Space::Params, offset: 0, len: plan.params }, &params).unwrap();
    let program = executor.compile(&plan).unwrap();
    (executor, program, plan)
}

/// Parameters and losses after some steps, the last one over part of a batch.
fn train(preset: &str, threads: usize, max_norm: Option<f32>) -> (Vec<u32>, Vec<StepMetrics>) {
    let (mut executor, program, _) = trainer(preset, threads, max_norm);
    let steps = [step(0, 128), step(1, 128), step(2, 128), step(3, 77)];
    let ticket = executor.run(program, Phase::All, &steps).unwrap();
    let metrics = pollster::block_on(executor.collect(ticket)).unwrap();
    (executor.params().iter().map(|p| p.to_bits()).collect(), metrics)
}

#[test]
fn the_same_seed_gives_the_same_bits_whatever_the_number_of_threads() {
    for (preset, max_norm) in [
        ("dense-20", None),
        ("dense-2", Some(1.0)),
        ("mse-128", None),
        ("conv-2", Some(1.0)),
        ("conv-16", None),
    ] {
        let one = train(preset, 1, max_norm);
        assert_eq!(one, train(preset, 1, max_norm), "{preset}, again");
        for threads in [2, 3, 7] {
            assert!(one == train(preset, threads, max_norm), "{preset}, {threads} threads");
        }
    }
}

#[test]
fn the_loss_falls() {
    let (mut executor, program, _) = trainer("rmsprop-10", 2, None);
    let mut losses = Vec::new();
    for i in 0..15 {
        let steps: Vec<Step> = (0..4).map(|j| step(4 * i + j, 128)).collect();
        let ticket = executor.run(program, Phase::All, &steps).unwrap();
        losses.extend(pollster::block_on(executor.collect(ticket)).unwrap());
    }
    let mean = |m: &[StepMetrics]| m.iter().map(|m| m.recon + m.kl).sum::<f32>() / m.len() as f32;
    assert!(mean(&losses[56..]) < mean(&losses[..4]) - 5.0, "{losses:?}");
    assert!(losses.iter().all(|m| m.rows == 128.0));
}

#[test]
fn gradients_then_update_is_the_whole_step() {
    let whole = train("rmsprop-10", 1, Some(1.0));
    let (mut executor, program, _) = trainer("rmsprop-10", 1, Some(1.0));
    let mut metrics = Vec::new();
    for step in [step(0, 128), step(1, 128), step(2, 128), step(3, 77)] {
        executor.run(program, Phase::Gradients, &[step]).unwrap();
        let ticket = executor.run(program, Phase::Update, &[step]).unwrap();
        metrics.extend(pollster::block_on(executor.collect(ticket)).unwrap());
    }
    let params: Vec<u32> = executor.params().iter().map(|p| p.to_bits()).collect();
    assert!((params, metrics) == whole);
}

#[test]
fn snapshots_bring_back_parameters_and_moments() {
    let (mut executor, program, _) = trainer("rmsprop-10", 1, None);
    executor.run(program, Phase::All, &[step(0, 128)]).unwrap();
    executor.snapshot(1);
    executor.run(program, Phase::All, &[step(1, 128)]).unwrap();
    let after = executor.params().to_vec();
    executor.restore(1);
    assert_ne!(executor.params(), after);
    executor.run(program, Phase::All, &[step(1, 128)]).unwrap();
    assert_eq!(executor.params(), after);
    // A slot that holds nothing changes nothing.
    executor.restore(2);
    assert_eq!(executor.params(), after);
}

#[test]
fn numbers_that_are_not_finite_reach_the_losses_and_nothing_panics() {
    for preset in presets::NAMES {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 2.0] {
            let (mut executor, program, plan) = trainer(preset, 1, Some(1.0));
            let view = View { space: Space::Params, offset: 0, len: plan.params };
            executor.write(None, view, &vec![bad; plan.params as usize]).unwrap();
            let ticket = executor.run(program, Phase::All, &[step(0, 3)]).unwrap();
            let metrics = pollster::block_on(executor.collect(ticket)).unwrap()[0];
            let finite = metrics.recon.is_finite() && metrics.kl.is_finite();
            assert_eq!(finite, bad.abs() < 1.0, "{preset} with {bad}: {metrics:?}");
        }
    }
}

#[test]
fn no_objective_hides_numbers_that_are_not_finite() {
    for objective in [
        Objective::Elbo { free_bits: 0.5 },
        Objective::Iwae { samples: 3, dreg: false },
        Objective::Iwae { samples: 3, dreg: true },
        Objective::Autoencoder {},
    ] {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
            let (mut executor, program, _) = trainer_of(objective, "rmsprop-10", 1, None);
            let heads = Layout::new(&presets::spec("rmsprop-10").unwrap()).unwrap().heads.bias;
            let mut objective_of = |i: u32| {
                let ticket = executor.run(program, Phase::All, &[step(i, 3)]).unwrap();
                let metrics = pollster::block_on(executor.collect(ticket)).unwrap()[0];
                executor.write(None, heads, &vec![bad; heads.len as usize]).unwrap();
                metrics.objective
            };
            assert!(objective_of(0).is_finite());
            let lost = objective_of(1);
            assert!(!lost.is_finite(), "{objective:?} with {bad}: {lost}");
        }
    }
}

#[test]
fn bad_steps_plans_and_views_get_typed_errors_and_change_nothing() {
    let (mut executor, program, plan) = trainer("rmsprop-10", 1, None);
    let before = executor.params().to_vec();
    let good = step(0, 128);
    let names = |result: Result<_, Error>, part: &str| match result {
        Err(e @ Error::InvalidArgument { .. }) => assert!(e.to_string().contains(part), "{e}"),
        other => panic!("expected an invalid argument about {part}, found {other:?}"),
    };
    for (bad, part) in [
        (Step { rows: 0, ..good }, "step.rows"),
        (Step { rows: 129, ..good }, "step.rows"),
        (Step { first: IMAGES - 127, ..good }, "step.first"),
        (Step { first: u32::MAX, ..good }, "step.first"),
        (Step { slot: 4, ..good }, "step.slot"),
    ] {
        names(executor.run(program, Phase::All, &[good, bad]).map(drop), part);
    }
    names(executor.set_order(Split::Train, &[0, IMAGES]), "order");
    names(executor.set_dataset(Split::Train, Arc::from([1, 2, 3]), 2), "images");
    names(executor.set_dataset(Split::Train, Arc::from([1, 2, 3]), 0), "images");
    let view = View { space: Space::Params, offset: 0, len: plan.params };
    names(executor.write(None, view, &[0.0]), "data");
    names(executor.write(None, View { offset: 64, ..view }, &before), "view");
    names(executor.write(None, View { space: Space::Local(0), offset: 0, len: 1 }, &[0.0]), "view");
    names(executor.write(None, View { space: Space::Order(Split::Test), offset: 0, len: 1 }, &[0.0]), "view");
    let local = View { space: Space::Local(999), offset: 0, len: 1 };
    names(executor.write(Some(program), local, &[0.0]), "view");
    let other = Plan::new(&presets::spec("dense-20").unwrap(), &Goal::Encode, Input::Host, 1, 1).unwrap();
    names(executor.compile(&other).map(drop), "parameters");
    let mut short = plan.clone();
    short.buffers[0].len -= 1;
    names(executor.compile(&short).map(drop), "gather");
    let mut unordered = plan.clone();
    unordered.phases.update = 3..99;
    names(executor.compile(&unordered).map(drop), "phase");
    unordered.phases = Phases { forward: 5..5, backward: 2..3, update: 0..0 };
    names(executor.compile(&unordered).map(drop), "phases out of order");
    for (change, part) in [
        ((|o| o.outputs = 0) as fn(&mut Linear), "linear: a size of 0"),
        (|o| o.samples = u32::MAX, "linear: "),
        (|o| o.x.space = Space::Order(Split::Train), "holds no numbers"),
        (|o| o.x.space = Space::Local(999), "no buffer 999"),
        (|o| o.x = o.y, "both read and written"),
        (|o| o.weight.offset = u32::MAX, "linear: "),
    ] {
        let mut broken = plan.clone();
        let linear = broken.ops.iter_mut().find_map(|op| match op {
            Op::Linear(o) => Some(o),
            _ => None,
        });
        change(linear.unwrap());
        names(executor.compile(&broken).map(drop), part);
    }
    assert_eq!(executor.params(), before);

    executor.set_dataset(Split::Train, Arc::from([1; 12]), 4).unwrap();
    names(executor.run(program, Phase::All, &[good]).map(drop), "dataset");
    executor.release(program);
    names(executor.run(program, Phase::All, &[good]).map(drop), "program");
    assert!(matches!(executor.use_instruction_set("mmx"), Err(Error::Unsupported(_))));
}

#[test]
fn a_plan_without_losses_has_none_to_collect() {
    let spec = presets::spec("rmsprop-10").unwrap();
    let plan = Plan::new(&spec, &Goal::Encode, Input::Host, 2, 1).unwrap();
    let mut executor = CpuExecutor::new(plan.params, ReasonCode::Requested, "a test");
    let program = executor.compile(&plan).unwrap();
    let ticket = executor.run(program, Phase::All, &[step(0, 2)]).unwrap();
    assert!(matches!(pollster::block_on(executor.collect(ticket)), Err(Error::InvalidArgument { .. })));
}
