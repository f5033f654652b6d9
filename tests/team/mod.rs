//! A training run that several workers share gives what one worker gives.

use pollster::block_on;
use vae_playground::backend::Choice;
use vae_playground::binarize::Binarize;
use vae_playground::loss::Objective;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::train::{self, EpochReport, Phase, Position, Progress, Share, StepReport, TrainConfig};
use vae_playground::vae::Vae;
use vae_playground::{Error, VaeSpec};

use crate::runs::{bars, config, finish, labelled_bars, open, spec};

/// Workers with one state, the first of which leads.
fn team(spec: &VaeSpec, config: TrainConfig, workers: usize) -> Vec<Vae> {
    let mut team: Vec<Vae> = (0..workers)
        .map(|_| {
            let mut vae = block_on(Vae::create(spec.clone(), Choice::Cpu, 1)).unwrap();
            vae.set_dataset(&labelled_bars(70, 1), Some(&labelled_bars(30, 2))).unwrap();
            vae.train_start(config, Position::default()).unwrap();
            vae
        })
        .collect();
    let state = team[0].team_state().unwrap().map(<[f32]>::to_vec);
    for peer in &mut team[1..] {
        peer.join_team(state.each_ref().map(Vec::as_slice)).unwrap();
    }
    team
}

/// Gradients of all workers for step `i`, summed at each; the lead takes the losses.
fn step(team: &mut [Vae], i: usize, training: bool) {
    let shares: Vec<Share> = team.iter_mut().filter_map(|vae| vae.part_gradients(i).unwrap()).collect();
    team[0].part_losses(i, &shares).unwrap();
    if !training {
        return;
    }
    let parts: Vec<Vec<f32>> = team.iter_mut().map(|vae| vae.gradients().unwrap().to_vec()).collect();
    for (index, vae) in team.iter_mut().enumerate() {
        train::sum(vae.gradients().unwrap(), index, shares.len(), |worker, range, to| {
            to.copy_from_slice(&parts[worker][range]);
        });
        vae.part_update(i).unwrap();
    }
}

fn chunk(team: &mut [Vae], max_steps: u32) -> Result<Progress, Error> {
    let chunk = team[0].team_begin(max_steps).unwrap();
    let workers = team.len() as u32;
    for (index, vae) in team.iter_mut().enumerate() {
        vae.take_part(chunk.clone(), index as u32, workers).unwrap();
    }
    for i in 0..chunk.steps.len() {
        step(team, i, chunk.phase == Phase::Training);
    }
    block_on(team[0].team_end())
}

fn run(team: &mut [Vae]) -> (Vec<StepReport>, Vec<EpochReport>) {
    let (mut steps, mut epochs) = (Vec::new(), Vec::new());
    loop {
        let progress = chunk(team, 7).unwrap();
        steps.extend(progress.steps);
        epochs.extend(progress.test);
        if progress.phase == Phase::Done {
            return (steps, epochs);
        }
    }
}

fn bits(vae: &mut Vae) -> Vec<u32> {
    block_on(vae.params()).unwrap().iter().map(|p| p.to_bits()).collect()
}

fn agree(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * a.abs().max(1.0), "{what}: {a} against {b}");
}

fn convolutional() -> VaeSpec {
    VaeSpec::from_json(
        r#"{ "input": { "channels": 1, "height": 6, "width": 6 },
             "encoder": [ { "type": "conv2d", "channels": 4, "kernel": 3, "stride": 2, "padding": 1, "activation": "relu" } ],
             "latent": 2,
             "decoder": [ { "type": "linear", "units": 36, "activation": "silu" },
                          { "type": "reshape", "channels": 4, "height": 3, "width": 3 },
                          { "type": "conv_transpose2d", "channels": 1, "kernel": 4, "stride": 2, "padding": 1, "activation": "identity" } ],
             "classes": 2 }"#,
    )
    .unwrap()
}

#[test]
fn slices_give_the_gradients_and_losses_of_the_whole_batch() {
    let cases = [
        (spec(), config()),
        (spec(), TrainConfig { binarize: Binarize::Dynamic, ..config() }),
        (
            spec(),
            TrainConfig { binarize: Binarize::Static, objective: Objective::Autoencoder {}, ..config() },
        ),
        (spec(), TrainConfig { objective: Objective::Iwae { samples: 5, dreg: true }, ..config() }),
        (convolutional(), config()),
    ];
    for (i, (spec, config)) in cases.into_iter().enumerate() {
        let mut alone = team(&spec, config, 1);
        let whole = chunk(&mut alone, 1).unwrap().steps[0].losses;
        let gradients = alone[0].gradients().unwrap().to_vec();
        let largest = gradients.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
        for workers in [2, 3, 5] {
            let mut team = team(&spec, config, workers);
            let losses = chunk(&mut team, 1).unwrap().steps[0].losses;
            let what = format!("case {i}, {workers} workers");
            agree(&what, losses.loss, whole.loss, 1e-6);
            agree(&what, losses.recon, whole.recon, 1e-6);
            agree(&what, losses.kl, whole.kl, 1e-6);
            for (a, b) in team[0].gradients().unwrap().iter().zip(&gradients) {
                assert!((a - b).abs() <= 1e-6 * largest, "{what}: {a} against {b}");
            }
        }
    }
}

#[test]
fn a_shared_run_is_the_run_of_one() {
    let clipped = Optimizer { max_norm: Some(2.0), ..Rule::ADAM.into() };
    for config in [config(), TrainConfig { optimizer: clipped, warmup_epochs: 1.0, ..config() }] {
        let mut vae = open(Choice::Cpu, 1);
        vae.train_start(config, Position::default()).unwrap();
        let (steps, epochs) = finish(&mut vae, 7).unwrap();
        // The last batch of an epoch has six images, and the last of the held-out ones thirty.
        for workers in [1, 2, 3, 8] {
            let mut team = team(&spec(), config, workers);
            let (theirs, their_epochs) = run(&mut team);
            assert_eq!(theirs.len(), steps.len());
            for (a, b) in theirs.iter().zip(&steps) {
                assert_eq!((a.step, a.epoch), (b.step, b.epoch));
                agree(&format!("step {} of {workers}", a.step), a.losses.loss, b.losses.loss, 1e-5);
                agree(&format!("step {} of {workers}", a.step), a.losses.kl, b.losses.kl, 1e-5);
            }
            for (a, b) in their_epochs.iter().zip(&epochs) {
                assert_eq!((a.step, a.epoch), (b.step, b.epoch));
                agree("held out", a.test.unwrap().loss, b.test.unwrap().loss, 1e-5);
                agree("trained", a.train.recon, b.train.recon, 1e-5);
            }
            let lead = bits(&mut team[0]);
            for peer in &mut team[1..] {
                assert_eq!(lead, bits(peer), "workers drift apart");
            }
        }
    }
}

#[test]
fn a_lead_whose_peers_go_away_finishes_the_chunk_alone() {
    let mut whole = team(&spec(), config(), 1);
    let expected = chunk(&mut whole, 4).unwrap().steps;
    let mut team = team(&spec(), config(), 3);
    let shared = team[0].team_begin(4).unwrap();
    for (index, vae) in team.iter_mut().enumerate() {
        vae.take_part(shared.clone(), index as u32, 3).unwrap();
    }
    step(&mut team, 0, true);
    step(&mut team, 1, true);
    // The gradients of its own slice are there, those of the others are not coming.
    team[0].part_gradients(2).unwrap();
    team[0].take_part(shared, 0, 1).unwrap();
    step(&mut team[..1], 2, true);
    step(&mut team[..1], 3, true);
    let steps = block_on(team[0].team_end()).unwrap().steps;
    assert_eq!(steps.len(), 4);
    for (a, b) in steps.iter().zip(&expected) {
        assert_eq!((a.step, a.epoch), (b.step, b.epoch));
        agree("step", a.losses.loss, b.losses.loss, 1e-5);
    }
}

#[test]
fn a_worker_that_joins_later_takes_the_state_of_the_run() {
    let mut whole = team(&spec(), config(), 2);
    let expected = [chunk(&mut whole, 3).unwrap(), chunk(&mut whole, 2).unwrap()];
    let mut first = team(&spec(), config(), 1);
    chunk(&mut first, 3).unwrap();
    let mut lead = first.remove(0);
    let mut second = team(&spec(), config(), 2).remove(1);
    second.join_team(lead.team_state().unwrap()).unwrap();
    let mut both = [lead, second];
    let later = chunk(&mut both, 2).unwrap();
    for (a, b) in later.steps.iter().zip(&expected[1].steps) {
        assert_eq!(a.step, b.step);
        agree("step", a.losses.loss, b.losses.loss, 1e-5);
    }
    assert_eq!(bits(&mut both[0]), bits(&mut both[1]));
}

#[test]
fn a_shared_step_that_is_not_finite_restores_good_parameters() {
    let mut team = team(&spec(), TrainConfig { learning_rate: f32::MAX, ..config() }, 2);
    let before = bits(&mut team[0]);
    let ended = (0..5).find_map(|_| chunk(&mut team, 3).err());
    assert!(matches!(ended, Some(Error::Diverged { restored: 0, .. })), "{ended:?}");
    assert_eq!(bits(&mut team[0]), before);
    assert!(team[0].training().is_none());
}

#[test]
fn what_cannot_be_shared_says_so() {
    let mut vae = open(Choice::Cpu, 1);
    assert!(vae.division().is_err());
    assert!(vae.join_team([&[]; 3]).is_err());
    assert!(vae.team_begin(1).is_err());
    vae.train_start(config(), Position::default()).unwrap();
    assert!(vae.part_gradients(0).is_err());
    let division = vae.division().unwrap();
    assert!(division.divisible && division.flops > 16 * 6 * 36 * 24 && division.gradients >= 36 * 24 * 2);
    let objective = Objective::Elbo { free_bits: 0.5 };
    vae.train_start(TrainConfig { objective, ..config() }, Position::default()).unwrap();
    assert!(!vae.division().unwrap().divisible);
    vae.set_dataset(&bars(10, 1), None).unwrap();
    assert!(vae.division().is_err());
}
