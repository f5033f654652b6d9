//! Runs with other objectives, targets and schedules than the plain ELBO's.

use std::f64::consts::PI;

use pollster::block_on;
use vae_playground::VaeSpec;
use vae_playground::backend::Choice;
use vae_playground::binarize::Binarize;
use vae_playground::checkpoint::Precision;
use vae_playground::data::dataset::Dataset;
use vae_playground::loss::Objective;
use vae_playground::run_state::RunState;
use vae_playground::spec::Likelihood;
use vae_playground::train::{EpochReport, Position, Schedule, TrainConfig};
use vae_playground::vae::Vae;

use super::{bars, config, finish, floats, open, spec, train};

pub(crate) fn importance_weighted_runs(choice: Choice) {
    for dreg in [false, true] {
        let mut vae = open(choice, 1);
        let objective = Objective::Iwae { samples: 5, dreg };
        let (_, epochs) = train(&mut vae, TrainConfig { epochs: Some(40), objective, ..config() });
        let test = |e: &EpochReport| e.test.unwrap().loss;
        assert!(test(&epochs[39]) < 0.9 * test(&epochs[0]), "{:?} to {:?}", epochs[0], epochs[39]);
        // The bound of several draws is tighter than the ELBO, on average and by a little.
        let (mut bound, mut elbo) = (0.0, 0.0);
        for losses in epochs.iter().flat_map(|e| [e.train, e.test.unwrap()]) {
            bound += losses.loss;
            elbo += losses.recon + losses.kl;
        }
        assert!(bound < elbo && bound > 0.9 * elbo, "{bound} against {elbo}");
    }
    // One draw is the ELBO but for the divergence, which is sampled.
    let mut vae = open(choice, 1);
    let objective = Objective::Iwae { samples: 1, dreg: false };
    let (_, epochs) = train(&mut vae, TrainConfig { objective, ..config() });
    let losses = epochs[2].train;
    assert!((losses.loss - losses.recon - losses.kl).abs() < 0.5 && losses.loss != losses.recon + losses.kl);
}

pub(crate) fn free_bits_are_paid_for(choice: Choice) {
    let run = |free_bits, beta| {
        let mut vae = open(choice, 1);
        let objective = Objective::Elbo { free_bits };
        train(&mut vae, TrainConfig { epochs: Some(40), objective, beta, ..config() })
    };
    let (steps, epochs) = run(1.5, 0.5);
    for losses in steps.iter().map(|s| s.losses) {
        // β·Σ_j max(λ, KL_j) is at least what each of its terms would be.
        let penalty = losses.loss - losses.recon;
        let slack = 1e-5 * losses.loss;
        assert!(penalty > 0.5 * 2.0 * 1.5 - slack && penalty > 0.5 * losses.kl - slack, "{losses:?}");
    }
    // A divergence that costs nothing is used.
    let kl = |epochs: &[EpochReport]| epochs[epochs.len() - 1].train.kl;
    assert!(kl(&epochs) > 2.0, "{}", kl(&epochs));
    let (plain, free) = (run(0.0, 4.0).1, run(1.5, 4.0).1);
    assert!(kl(&free) > 1.2 * kl(&plain), "{} against {}", kl(&free), kl(&plain));
}

pub(crate) fn autoencoders_minimise_the_reconstruction_alone(choice: Choice) {
    let run = |objective| {
        let mut vae = open(choice, 1);
        let (steps, epochs) = train(&mut vae, TrainConfig { epochs: Some(40), objective, ..config() });
        (vae, steps, epochs)
    };
    let (mut vae, steps, epochs) = run(Objective::Autoencoder {});
    assert!(steps.iter().all(|s| s.losses.loss == s.losses.recon));
    let last = epochs[39].test.unwrap();
    assert_eq!(last.loss, last.recon);
    let (_, _, variational) = run(Objective::ELBO);
    assert!(last.recon < variational[39].test.unwrap().recon);
    // What is reported is −log p(x|μ) of the held-out images.
    let images = floats(&bars(30, 2));
    let means = block_on(vae.reconstruct(&images, None, false, 0)).unwrap();
    let want = cross_entropy(&images, &means) / 30.0;
    assert!((last.recon - want).abs() < 1e-3 * want, "{} against {want}", last.recon);
}

/// −Σ x·ln p + (1 − x)·ln(1 − p)
fn cross_entropy(images: &[f32], probabilities: &[f32]) -> f64 {
    let one = |(&x, &p): (&f32, &f32)| {
        let (x, p) = (f64::from(x), f64::from(p));
        -(x * p.ln() + (1.0 - x) * (1.0 - p).ln())
    };
    images.iter().zip(probabilities).map(one).sum()
}

/// A scheduled run is the run whose rate someone sets by hand before each step.
pub(crate) fn the_schedules_rate_is_applied(choice: Choice) {
    // Three epochs of five steps, of which a whole run of stages would have 3280.
    let stage = |t: u64| (0..8).rfind(|&i| (3_f64.powi(i) - 1.0) / 2.0 <= (t - 1) as f64 / 15.0 * 3280.0);
    let factor = |schedule, t: u64| match schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine => 0.5 * (1.0 + (PI * (t - 1) as f64 / 15.0).cos()),
        Schedule::Stages => 10_f64.powf(-f64::from(stage(t).unwrap()) / 7.0),
    };
    let mut ends: Vec<Vec<f32>> = Vec::new();
    for schedule in [Schedule::Constant, Schedule::Cosine, Schedule::Stages] {
        let mut scheduled = open(choice, 1);
        train(&mut scheduled, TrainConfig { schedule, ..config() });
        let mut by_hand = open(choice, 1);
        by_hand.train_start(config(), Position::default()).unwrap();
        let mut made = 0;
        while made < 15 {
            let rate = config().learning_rate * factor(schedule, made + 1) as f32;
            by_hand.set_hyperparameters(None, Some(rate)).unwrap();
            made = block_on(by_hand.train_chunk(1)).unwrap().steps.last().map_or(made, |s| s.step);
        }
        let end = block_on(scheduled.params()).unwrap();
        let want = block_on(by_hand.params()).unwrap();
        // A factor may be off by its last bit.
        let off = end.iter().zip(&want).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-5, "{schedule:?}: parameters are off by {off}");
        assert!(ends.iter().all(|other| *other != end), "{schedule:?} is like another schedule");
        ends.push(end);
    }
}

/// With a learning rate of 0 and no noise, losses differ from epoch to epoch only as targets do.
pub(crate) fn targets_are_drawn_as_asked(choice: Choice) {
    let run = |binarize, seed| {
        let mut vae = open(choice, 1);
        let objective = Objective::Autoencoder {};
        let config = TrainConfig { objective, binarize, learning_rate: 0.0, seed, ..config() };
        let (_, epochs) = train(&mut vae, config);
        (vae, epochs)
    };
    let same = |a: f64, b: f64| (a - b).abs() < 1e-6 * a;
    let mut of_training = Vec::new();
    for binarize in [Binarize::None, Binarize::Dynamic, Binarize::Static] {
        let (mut vae, epochs) = run(binarize, 1);
        let losses: Vec<f64> = epochs.iter().map(|e| e.train.recon).collect();
        let dynamic = binarize == Binarize::Dynamic;
        assert_eq!(same(losses[0], losses[1]), !dynamic, "{binarize:?}: {losses:?}");
        assert_eq!(same(losses[1], losses[2]), !dynamic, "{binarize:?}: {losses:?}");
        let held_out: Vec<f64> = epochs.iter().map(|e| e.test.unwrap().recon).collect();
        assert!(same(held_out[0], held_out[1]) && same(held_out[1], held_out[2]), "{held_out:?}");
        // Another seed draws other targets, if any are drawn for the run.
        let other = run(binarize, 2).1[0].test.unwrap().recon;
        assert_eq!(same(held_out[0], other), !dynamic, "{binarize:?}: {held_out:?} and {other}");
        if !dynamic {
            let targets = binarize.targets(bars(70, 1).images(), 0, 1, 0);
            let means = block_on(vae.reconstruct(&targets, None, false, 0)).unwrap();
            let want = cross_entropy(&targets, &means) / 70.0;
            assert!((losses[0] - want).abs() < 1e-4 * want, "{binarize:?}: {} against {want}", losses[0]);
        }
        of_training.push(losses[0]);
    }
    assert!(!same(of_training[0], of_training[1]) && !same(of_training[0], of_training[2]));
    assert!(!same(of_training[1], of_training[2]));
}

/// Interrupted in the middle of an epoch and read back from files, a run ends in the same bits.
pub(crate) fn every_setting_survives_a_resumed_run(choice: Choice) {
    let settings = [
        (Objective::Iwae { samples: 3, dreg: true }, Binarize::Dynamic, Schedule::Cosine),
        (Objective::Iwae { samples: 2, dreg: false }, Binarize::Static, Schedule::Stages),
        (Objective::Elbo { free_bits: 0.25 }, Binarize::Dynamic, Schedule::Stages),
        (Objective::Autoencoder {}, Binarize::None, Schedule::Cosine),
    ];
    for (objective, binarize, schedule) in settings {
        let config =
            TrainConfig { objective, binarize, schedule, beta: 0.5, warmup_epochs: 1.5, seed: 3, ..config() };
        let mut whole = open(choice, 1);
        train(&mut whole, config);

        let mut first = open(choice, 1);
        first.train_start(config, Position::default()).unwrap();
        let mut done = 0;
        while done < 7 {
            done = block_on(first.train_chunk(1)).unwrap().steps.last().map_or(done, |s| s.step);
        }
        let run = first.training().unwrap();
        let (position, running) = (run.position(), *run.config());
        let state = RunState {
            position,
            config: running,
            params: block_on(first.params()).unwrap(),
            moments: block_on(first.moments()).unwrap(),
        };
        let (model, state) = (block_on(first.save(Precision::F32)).unwrap(), state.save().unwrap());

        let mut second = block_on(Vae::from_checkpoint(&model, choice)).unwrap();
        second.set_dataset(&bars(70, 1), Some(&bars(30, 2))).unwrap();
        let params = block_on(second.params()).unwrap();
        let state = RunState::load(&state, second.layout(), &params).unwrap();
        assert_eq!(
            (state.config.objective, state.config.binarize, state.config.schedule),
            (objective, binarize, schedule)
        );
        second.set_moments(&state.moments).unwrap();
        // Limits are the resumed run's own.
        let config = TrainConfig { epochs: config.epochs, steps: config.steps, ..state.config };
        second.train_start(config, state.position).unwrap();
        finish(&mut second, 4).unwrap();
        assert_eq!(
            block_on(second.params()).unwrap(),
            block_on(whole.params()).unwrap(),
            "{objective:?}, {binarize:?}, {schedule:?}"
        );
    }
}

pub(crate) fn the_bias_is_set_to_the_mean(choice: Choice) {
    for likelihood in [Likelihood::Bernoulli {}, Likelihood::Gaussian { sigma: 0.5 }] {
        let mut spec = spec();
        spec.likelihood = likelihood;
        let mut vae = block_on(Vae::create(spec, choice, 1)).unwrap();
        let before = block_on(vae.params()).unwrap();
        let data = bars(70, 1);
        block_on(vae.set_data_bias(&data)).unwrap();
        let mut params = block_on(vae.params()).unwrap();
        let output = *vae.layout().decoder.last().unwrap();
        let changed: Vec<usize> = (0..params.len()).filter(|&i| params[i] != before[i]).collect();
        assert!(changed.iter().all(|i| output.bias.range().contains(i)), "{changed:?}");
        assert_eq!(changed.len(), 36);
        // With nothing else in the output layer, every z decodes to the mean.
        params[output.weight.range()].fill(0.0);
        vae.set_params(&params).unwrap();
        let decoded = block_on(vae.decode(&[0.3, -2.0], None)).unwrap();
        for (pixel, got) in decoded.iter().enumerate() {
            let mean = (0..70).map(|i| f64::from(data.image(i)[pixel]) / 255.0).sum::<f64>() / 70.0;
            assert!((f64::from(*got) - mean).abs() < 1e-5, "pixel {pixel}: {got}, the mean is {mean}");
        }
    }
    // A convolution's output has one value for all pixels of a channel.
    let layer = r#"{ "type": "conv_transpose2d", "channels": 1, "kernel": 3, "stride": 1, "padding": 1,
                     "outputPadding": 0, "activation": "identity" }"#;
    let json = format!(
        r#"{{ "input": {{ "channels": 1, "height": 6, "width": 6 }}, "encoder": [], "latent": 36,
              "decoder": [ {{ "type": "reshape", "channels": 1, "height": 6, "width": 6 }}, {layer} ] }}"#
    );
    let mut vae = block_on(Vae::create(VaeSpec::from_json(&json).unwrap(), choice, 1)).unwrap();
    let data = bars(70, 1);
    block_on(vae.set_data_bias(&data)).unwrap();
    let mean = floats(&data).iter().map(|&v| f64::from(v)).sum::<f64>() / (70.0 * 36.0);
    let bias = vae.layout().decoder.last().unwrap().bias;
    assert_eq!(bias.len, 1);
    let value = f64::from(block_on(vae.params()).unwrap()[bias.offset as usize]);
    assert!((value - (mean / (1.0 - mean)).ln()).abs() < 1e-5, "{value} for a mean of {mean}");
    // Pixels that never change get finite log-odds.
    let mut vae = open(choice, 1);
    let constant = Dataset::from_u8(vec![0; 36], None, 36).unwrap();
    block_on(vae.set_data_bias(&constant)).unwrap();
    let bias = vae.layout().decoder.last().unwrap().bias;
    for value in &block_on(vae.params()).unwrap()[bias.range()] {
        assert!((f64::from(*value) - (0.001_f64 / 0.999).ln()).abs() < 1e-5, "{value}");
    }
}
