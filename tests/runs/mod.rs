//! Training runs through the public object: one body for every backend.

mod family;
mod labels;
mod profile;

pub(crate) use family::*;
pub(crate) use labels::*;
pub(crate) use profile::*;

use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::checkpoint::Precision;
use vae_playground::data::dataset::Dataset;
use vae_playground::params::Initialisation;
use vae_playground::rng;
use vae_playground::train::{EpochReport, Phase, Position, StepReport, TrainConfig};
use vae_playground::vae::Vae;
use vae_playground::{Error, VaeSpec};

/// 6×6 images, two hidden layers, two latent dimensions.
pub(crate) fn spec() -> VaeSpec {
    VaeSpec::from_json(
        r#"{ "input": { "channels": 1, "height": 6, "width": 6 },
             "encoder": [ { "type": "linear", "units": 24, "activation": "relu" } ],
             "latent": 2,
             "decoder": [ { "type": "linear", "units": 24, "activation": "silu" } ] }"#,
    )
    .unwrap()
}

/// Bars, horizontal or vertical, at one of six places, with a little grey noise; 1 is the label of those that
/// lie across.
fn images(n: u32, seed: u32) -> (Vec<u8>, Vec<u8>) {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for i in 0..n {
        let [kind, place, ..] = rng::pcg4d([seed, i, 0, 0]);
        labels.push((kind % 2) as u8);
        for p in 0..36 {
            let (x, y) = (p % 6, p / 6);
            let on = if kind.is_multiple_of(2) { x == place % 6 } else { y == place % 6 };
            let grey = (rng::pcg4d([seed, i, p, 1])[0] >> 27) as u8;
            images.push(if on { 255 - grey } else { grey });
        }
    }
    (images, labels)
}

/// The images alone.
pub(crate) fn bars(n: u32, seed: u32) -> Dataset {
    Dataset::from_u8(images(n, seed).0, None, 36).unwrap()
}

/// The same with their labels.
pub(crate) fn labelled_bars(n: u32, seed: u32) -> Dataset {
    let (images, labels) = images(n, seed);
    Dataset::from_u8(images, Some(labels), 36).unwrap()
}

pub(crate) fn floats(data: &Dataset) -> Vec<f32> {
    data.images().iter().map(|&b| f32::from(b) / 255.0).collect()
}

/// What an invalid argument is about.
pub(crate) fn argument(error: Error) -> String {
    match error {
        Error::InvalidArgument { what, .. } => what,
        other => panic!("{other}"),
    }
}

pub(crate) fn open(choice: Choice, seed: u64) -> Vae {
    let mut vae = block_on(Vae::create(spec(), choice, seed)).unwrap();
    vae.set_dataset(&bars(70, 1), Some(&bars(30, 2))).unwrap();
    vae
}

pub(crate) fn config() -> TrainConfig {
    TrainConfig { epochs: Some(3), batch: 16, learning_rate: 1e-2, ..TrainConfig::default() }
}

/// Drives the run under way to its end.
pub(crate) fn finish(vae: &mut Vae, chunk: u32) -> Result<(Vec<StepReport>, Vec<EpochReport>), Error> {
    let (mut steps, mut epochs) = (Vec::new(), Vec::new());
    loop {
        let progress = block_on(vae.train_chunk(chunk))?;
        steps.extend(progress.steps);
        epochs.extend(progress.test);
        if progress.phase == Phase::Done {
            return Ok((steps, epochs));
        }
    }
}

pub(crate) fn train(vae: &mut Vae, config: TrainConfig) -> (Vec<StepReport>, Vec<EpochReport>) {
    vae.train_start(config, Position::default()).unwrap();
    finish(vae, 7).unwrap()
}

pub(crate) fn every_step_and_epoch_is_reported_once(choice: Choice) {
    let mut vae = open(choice, 1);
    let (steps, epochs) = train(&mut vae, config());
    // 70 images in batches of 16: four whole ones and one of six.
    assert_eq!(steps.iter().map(|s| s.step).collect::<Vec<_>>(), (1..=15).collect::<Vec<_>>());
    assert_eq!(steps.iter().map(|s| s.epoch).filter(|&e| e == 2).count(), 5);
    assert_eq!(epochs.iter().map(|e| (e.epoch, e.step)).collect::<Vec<_>>(), [(1, 5), (2, 10), (3, 15)]);
    for epoch in &epochs {
        let of_epoch: Vec<_> = steps.iter().filter(|s| s.epoch == epoch.epoch).collect();
        let images = [16.0, 16.0, 16.0, 16.0, 6.0];
        let mean: f64 = of_epoch.iter().zip(images).map(|(s, n)| s.losses.loss * n).sum::<f64>() / 70.0;
        assert!((mean - epoch.train.loss).abs() < 1e-9, "{mean} against {}", epoch.train.loss);
    }
}

pub(crate) fn losses_fall(choice: Choice) {
    let mut vae = open(choice, 1);
    let config = TrainConfig { epochs: Some(60), ..config() };
    let (_, epochs) = train(&mut vae, config);
    let test = |e: &EpochReport| e.test.unwrap().loss;
    let (first, last) = (test(&epochs[0]), test(&epochs[59]));
    // Most of the loss is the entropy of the grey noise, which nothing can take away.
    assert!(last < 0.85 * first, "held-out loss went from {first} to {last}");
    for e in &epochs {
        let t = e.test.unwrap();
        assert!((t.loss - t.recon - t.kl).abs() < 1e-5 * t.loss && t.recon > 0.0 && t.kl >= 0.0);
    }
}

pub(crate) fn a_fault_restores_the_last_good_parameters(choice: Choice) {
    let mut vae = open(choice, 1);
    let config = TrainConfig { epochs: Some(1000), ..config() };
    vae.train_start(config, Position::default()).unwrap();
    let mut steps = 0;
    while steps < 200 {
        steps = block_on(vae.train_chunk(5)).unwrap().steps.last().map_or(steps, |s| s.step);
    }
    vae.set_hyperparameters(None, Some(1e30)).unwrap();
    let error = finish(&mut vae, 5).unwrap_err();
    let Error::Diverged { step, quantity, restored } = &error else { panic!("{error}") };
    assert!(*step > 200 && *restored >= 100 && restored < step, "{error}");
    assert!(!quantity.is_empty());
    assert!(vae.training().is_none(), "the run is over");
    assert!(block_on(vae.params()).unwrap().iter().all(|v| v.is_finite()));
    // What was restored is as good as a model trained that long.
    let elbo = block_on(vae.elbo(&[0.5; 36], None, 1, 1)).unwrap();
    assert!(elbo.recon[0].is_finite() && elbo.recon[0] < 200.0);
    // And training can begin again.
    train(&mut vae, TrainConfig { epochs: Some(1), ..self::config() });
}

/// A learning rate that no one can have meant: parameters stay finite, and the run's end says why.
pub(crate) fn a_learning_rate_of_a_million_ends_the_run(choice: Choice) {
    let mut vae = open(choice, 1);
    let config = TrainConfig { epochs: Some(50), learning_rate: 1e6, ..config() };
    vae.train_start(config, Position::default()).unwrap();
    let error = finish(&mut vae, 5).unwrap_err();
    let Error::Diverged { restored, .. } = &error else { panic!("{error}") };
    assert!(*restored < 10, "{error}");
    assert!(block_on(vae.params()).unwrap().iter().all(|p| p.is_finite()));
    // A run does not begin with infinities made by hand.
    for infinity in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let mut params = block_on(vae.params()).unwrap();
        params[7] = infinity;
        vae.set_params(&params).unwrap();
        vae.train_start(self::config(), Position::default()).unwrap();
        let error = finish(&mut vae, 5).unwrap_err();
        assert!(error.to_string().contains("not finite"), "{error}");
    }
}

pub(crate) fn a_last_bad_update_is_found(choice: Choice) {
    let mut vae = open(choice, 1);
    let config = TrainConfig { steps: Some(1), epochs: None, learning_rate: f32::MAX, ..config() };
    vae.train_start(config, Position::default()).unwrap();
    let before = block_on(vae.params()).unwrap();
    let error = finish(&mut vae, 1).unwrap_err();
    assert!(matches!(error, Error::Diverged { restored: 0, .. }), "{error}");
    assert_eq!(block_on(vae.params()).unwrap(), before);
}

pub(crate) fn same_seed_same_bits(choice: Choice) {
    let run = |seed, chunk| {
        let mut vae = open(choice, 1);
        vae.train_start(TrainConfig { seed, ..config() }, Position::default()).unwrap();
        let reports = finish(&mut vae, chunk).unwrap();
        (reports, block_on(vae.params()).unwrap())
    };
    // How many steps are handed over at a time must not matter.
    assert_eq!(run(1, 3), run(1, 11));
    assert_ne!(run(1, 3).1, run(2, 3).1);
}

pub(crate) fn resuming_continues_the_same_run(choice: Choice) {
    let mut whole = open(choice, 1);
    train(&mut whole, config());

    let mut first = open(choice, 1);
    first.train_start(config(), Position::default()).unwrap();
    // Stop in the middle of the second epoch.
    let mut done = 0;
    while done < 7 {
        done = block_on(first.train_chunk(1)).unwrap().steps.last().map_or(done, |s| s.step);
    }
    let position = first.training().unwrap().position();
    assert_eq!(position.step, 7);
    let (model, moments) =
        (block_on(first.save(Precision::F32)).unwrap(), block_on(first.moments()).unwrap());

    let mut second = block_on(Vae::from_checkpoint(&model, choice)).unwrap();
    second.set_dataset(&bars(70, 1), Some(&bars(30, 2))).unwrap();
    second.set_moments(&moments).unwrap();
    second.train_start(config(), position).unwrap();
    finish(&mut second, 4).unwrap();
    assert_eq!(block_on(second.params()).unwrap(), block_on(whole.params()).unwrap());
}

pub(crate) fn settings_act_at_once_and_bad_ones_change_nothing(choice: Choice) {
    let mut vae = open(choice, 1);
    vae.train_start(config(), Position::default()).unwrap();
    block_on(vae.train_chunk(1)).unwrap();
    assert!(vae.set_hyperparameters(Some(-1.0), Some(0.5)).is_err());
    assert_eq!(vae.training().unwrap().config().learning_rate, 1e-2);
    vae.set_hyperparameters(Some(4.0), Some(0.0)).unwrap();
    let before = block_on(vae.params()).unwrap();
    let report = block_on(vae.train_chunk(1)).unwrap().steps[0];
    assert_eq!(block_on(vae.params()).unwrap(), before, "a learning rate of 0 leaves parameters alone");
    let l = report.losses;
    assert!((l.loss - l.recon - 4.0 * l.kl).abs() < 1e-5 * l.loss);
}

pub(crate) fn bad_input_is_refused_and_loses_nothing(choice: Choice) {
    let mut vae = block_on(Vae::create(spec(), choice, 1)).unwrap();
    let before = block_on(vae.params()).unwrap();
    assert_eq!(argument(vae.train_start(config(), Position::default()).unwrap_err()), "dataset");
    assert_eq!(argument(block_on(vae.train_chunk(1)).unwrap_err()), "training");
    let other_size = Dataset::from_u8(vec![0; 49], None, 49).unwrap();
    assert_eq!(argument(vae.set_dataset(&other_size, None).unwrap_err()), "train");
    vae.set_dataset(&bars(70, 1), None).unwrap();
    let bad = TrainConfig { batch: 0, ..config() };
    assert_eq!(argument(vae.train_start(bad, Position::default()).unwrap_err()), "batchSize");
    for images in [vec![], vec![0.0; 35], vec![f32::NAN; 36], vec![1.5; 36], vec![-0.1; 36]] {
        assert_eq!(argument(block_on(vae.encode(&images, None)).unwrap_err()), "images");
        assert_eq!(argument(block_on(vae.elbo(&images, None, 1, 1)).unwrap_err()), "images");
    }
    for z in [vec![], vec![0.0; 3], vec![f32::INFINITY; 2]] {
        assert_eq!(argument(block_on(vae.decode(&z, None)).unwrap_err()), "z");
    }
    assert_eq!(argument(block_on(vae.sample(0, None, 1, 1.0)).unwrap_err()), "n");
    assert_eq!(argument(block_on(vae.sample(1, None, 1, f32::NAN)).unwrap_err()), "temperature");
    for bytes in [&[][..], &[0; 7], &[255; 64], b"not a checkpoint at all"] {
        let error = block_on(vae.replace(bytes, choice)).unwrap_err();
        assert!(matches!(error, Error::InvalidCheckpoint(_)), "{error}");
    }
    assert_eq!(block_on(vae.params()).unwrap(), before);
}

pub(crate) fn a_checkpoint_survives_a_round_trip(choice: Choice) {
    let mut vae = open(choice, 1);
    train(&mut vae, config());
    vae.note("recipe", "three epochs of bars");
    let images = floats(&bars(5, 9));
    let expected = block_on(vae.encode(&images, None)).unwrap();
    let bytes = block_on(vae.save(Precision::F32)).unwrap();
    vae.reset(99, Initialisation::PyTorch).unwrap();
    assert_ne!(block_on(vae.encode(&images, None)).unwrap(), expected);
    block_on(vae.replace(&bytes, choice)).unwrap();
    assert_eq!(block_on(vae.encode(&images, None)).unwrap(), expected);
    assert_eq!(vae.provenance().get("recipe").map(String::as_str), Some("three epochs of bars"));
}

pub(crate) fn another_model_can_be_loaded_in_place(choice: Choice) {
    let mut vae = open(choice, 1);
    let mut other = spec();
    other.latent = 3;
    let mut source = block_on(Vae::create(other.clone(), Choice::Cpu, 5)).unwrap();
    let bytes = block_on(source.save(Precision::F32)).unwrap();
    block_on(vae.replace(&bytes, choice)).unwrap();
    assert_eq!(vae.spec(), &other);
    // The dataset came along.
    train(&mut vae, TrainConfig { epochs: Some(1), ..config() });
}

/// Large requests run on the backend itself, small ones may run beside it: the answers agree.
pub(crate) fn small_and_large_requests_agree(choice: Choice) {
    let mut vae = open(choice, 1);
    train(&mut vae, config());
    let images = floats(&bars(250, 9));
    let large = block_on(vae.encode(&images, None)).unwrap();
    let small = block_on(vae.encode(&images[..36 * 3], None)).unwrap();
    for (a, b) in small.mu.iter().zip(&large.mu) {
        assert!((a - b).abs() < 1e-4, "{a} against {b}");
    }
    let decoded = block_on(vae.decode(&large.mu, None)).unwrap();
    assert_eq!(decoded.len(), images.len());
    assert!(decoded.iter().all(|p| (0.0..=1.0).contains(p)));
    let few = block_on(vae.decode(&large.mu[..6], None)).unwrap();
    for (a, b) in few.iter().zip(&decoded) {
        assert!((a - b).abs() < 1e-4, "{a} against {b}");
    }
    // The weights that are shown are those that were trained.
    let params = block_on(vae.params()).unwrap();
    let tensor = vae.layout().tensors[0].clone();
    assert_eq!(block_on(vae.tensor(&tensor.name)).unwrap().values, params[tensor.range]);
}

/// Declares every body as a test on one backend.
#[macro_export]
macro_rules! runs_on {
    ($choice:expr) => {
        runs_on!(
            $choice,
            every_step_and_epoch_is_reported_once,
            losses_fall,
            a_fault_restores_the_last_good_parameters,
            a_learning_rate_of_a_million_ends_the_run,
            a_last_bad_update_is_found,
            same_seed_same_bits,
            resuming_continues_the_same_run,
            settings_act_at_once_and_bad_ones_change_nothing,
            bad_input_is_refused_and_loses_nothing,
            a_checkpoint_survives_a_round_trip,
            another_model_can_be_loaded_in_place,
            small_and_large_requests_agree,
            importance_weighted_runs,
            free_bits_are_paid_for,
            autoencoders_minimise_the_reconstruction_alone,
            the_schedules_rate_is_applied,
            targets_are_drawn_as_asked,
            every_setting_survives_a_resumed_run,
            the_bias_is_set_to_the_mean,
            a_conditional_model_uses_its_labels,
            bad_labels_are_refused_by_name,
            conditional_models_in_every_request,
            a_profile_changes_nothing,
        );
    };
    ($choice:expr, $($name:ident),* $(,)?) => {
        $(#[test] fn $name() { runs::$name($choice); })*
    };
}
