//! `vae train`.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;
use serde_json::json;
use vae_playground::backend::Choice;
use vae_playground::checkpoint::Precision;
use vae_playground::data::dataset::Dataset;
use vae_playground::data::files::load_mnist_dir;
use vae_playground::executor::Kind;
use vae_playground::optim::Rule;
use vae_playground::presets::Recipe;
use vae_playground::run_state::RunState;
use vae_playground::train::{EpochReport, Phase, Position, StepReport, Trainer};
use vae_playground::vae::Vae;
use vae_playground::{Error, Result};

use crate::args::TrainArgs;
use crate::settings::{Begun, begin, config};
use crate::{files, output, sheet};

/// Steps handed over at a time.
const CHUNK: u32 = 16;
/// Samples on a sheet: ten rows of ten.
const SHEET: u32 = 100;

pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let begun = begin(args)?;
    files::check_writable(&args.out)?;
    files::check_writable(&files::state_path(&args.out))?;
    args.sheet.as_deref().map_or(Ok(()), files::check_writable)?;
    // Files first: opening a GPU takes time, and some drivers print warnings of their own.
    let (train, test) = load_mnist_dir(&args.data)?;
    let (mut vae, position, mut recipe) = block_on(open(args, begun, choice, &train))?;
    recipe.print_every = args.print_every.or(recipe.print_every);
    let sheet = args.sheet.clone().or(recipe.sheet.then(|| args.out.with_extension("png")));
    sheet.as_deref().map_or(Ok(()), files::check_writable)?;
    let config = recipe.config;
    vae.set_dataset(&train, Some(&test))?;
    describe_run(&mut vae, args, &recipe);
    vae.train_start(config, position)?;

    let bar = progress_bar(args, &vae);
    let mut started = Instant::now();
    let mut saved = false;
    loop {
        let progress = match block_on(vae.train_chunk(CHUNK)) {
            Ok(progress) => progress,
            Err(e) => {
                bar.finish_and_clear();
                // After an epoch, the file already holds what was good then.
                if let Error::Diverged { restored, .. } = &e
                    && !saved
                {
                    vae.note("steps", restored.to_string());
                    block_on(save_model(&mut vae, args))?;
                }
                return Err(e);
            }
        };
        for step in
            progress.steps.iter().filter(|s| recipe.print_every.is_some_and(|every| s.step % every == 0))
        {
            bar.suspend(|| print_step(args, step, progress.steps_in_epoch))?;
        }
        if let Some(last) = progress.steps.last() {
            bar.set_position((last.step - 1) % progress.steps_in_epoch + 1);
            bar.set_message(format!("epoch {} loss {:.2}", last.epoch, last.losses.loss));
        }
        if let Some(epoch) = progress.test {
            let seconds = started.elapsed().as_secs_f64();
            block_on(save(&mut vae, args))?;
            saved = true;
            bar.suspend(|| report(args, &vae, &epoch, seconds))?;
            started = Instant::now();
            if args.stop_after.is_some_and(|last| epoch.epoch >= last) {
                bar.finish_and_clear();
                return Ok(());
            }
        }
        if progress.phase == Phase::Done {
            bar.finish_and_clear();
            return match &sheet {
                Some(path) => sheet::write_samples(&mut vae, path, SHEET, config.seed),
                None => Ok(()),
            };
        }
    }
}

/// The model to train, where its run stands, and the run's settings.
async fn open(
    args: &TrainArgs,
    begun: Begun,
    choice: Choice,
    train: &Dataset,
) -> Result<(Vae, Position, Recipe)> {
    match begun {
        Begun::Earlier(model, state) => {
            let mut vae = Vae::from_checkpoint(&model, choice).await?;
            let model = vae.params().await?;
            let state = RunState::read(&state, vae.layout())?;
            if !saved_before(vae.provenance(), &state)? {
                state.check_model(&model)?;
            } else if std::io::stderr().is_terminal() {
                eprintln!("the model is older than the run's state, which the run goes on from");
            }
            let config = config(args, state.config)?;
            vae.set_params(&state.params)?;
            vae.set_moments(&state.moments)?;
            let begun = Recipe::of_notes(vae.provenance())?.unwrap_or_default();
            Ok((vae, state.position, Recipe { config, ..begun }))
        }
        Begun::New(spec, recipe) => {
            let seed = recipe.config.seed;
            let mut vae = Vae::create(spec, choice, seed).await?;
            vae.reset(seed, recipe.initialisation)?;
            if recipe.data_bias {
                vae.set_data_bias(train).await?;
            }
            Ok((vae, Position::default(), recipe))
        }
    }
}

/// Whether a model with these notes is what the state's own run saved before that state: all that a run leaves that
/// was stopped between writing its state and writing its model.
fn saved_before(notes: &BTreeMap<String, String>, state: &RunState) -> Result<bool> {
    let steps = notes.get("steps").and_then(|steps| steps.parse::<u64>().ok());
    let same_run = Recipe::of_notes(notes)?.is_some_and(|recipe| recipe.config == state.config);
    Ok(same_run && steps.is_some_and(|steps| steps < state.position.step))
}

fn describe_run(vae: &mut Vae, args: &TrainArgs, recipe: &Recipe) {
    let config = &recipe.config;
    if let Some(preset) = &args.preset {
        vae.note("preset", preset.as_str());
    }
    let optimizer = match config.optimizer.rule {
        Rule::Sgd { .. } => "sgd",
        Rule::RmsProp { .. } => "rmsprop",
        Rule::Adam { .. } => "adam",
    };
    vae.note("optimizer", optimizer);
    vae.note("learning_rate", config.learning_rate.to_string());
    vae.note("batch", config.batch.to_string());
    vae.note("beta", config.beta.to_string());
    vae.note("warmup_epochs", config.warmup_epochs.to_string());
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    vae.note("objective", json(serde_json::to_string(&config.objective)));
    vae.note("binarize", json(serde_json::to_string(&config.binarize)).trim_matches('"'));
    vae.note("schedule", json(serde_json::to_string(&config.schedule)).trim_matches('"'));
    vae.note("seed", config.seed.to_string());
    vae.note(Recipe::NOTE, recipe.to_json());
    vae.note("backend", backend_name(vae));
    vae.note("version", env!("CARGO_PKG_VERSION"));
}

fn backend_name(vae: &Vae) -> &'static str {
    match vae.backend().kind {
        Kind::Cpu => "cpu",
        Kind::WebGpu => "gpu",
    }
}

fn report(args: &TrainArgs, vae: &Vae, epoch: &EpochReport, seconds: f64) -> Result<()> {
    if args.json {
        let line = json!({
            "epoch": epoch.epoch,
            "step": epoch.step,
            "train": epoch.train,
            "test": epoch.test,
            "seconds": seconds,
            "backend": backend_name(vae),
            "adapter": vae.backend().adapter,
        });
        return output::line(&line.to_string());
    }
    let test = epoch.test.unwrap_or_default();
    output::line(&format!(
        "epoch {:3}  step {:6}  train {:8.3}  test {:8.3} (recon {:.3}, KL {:.3})  {seconds:.2} s",
        epoch.epoch, epoch.step, epoch.train.loss, test.loss, test.recon, test.kl
    ))
}

fn print_step(args: &TrainArgs, step: &StepReport, steps_in_epoch: u64) -> Result<()> {
    if args.json {
        return output::line(&serde_json::to_string(step).unwrap_or_default());
    }
    let batch = (step.step - 1) % steps_in_epoch + 1;
    let losses = step.losses;
    output::line(&format!(
        "epoch {:3}  batch {batch:5}/{steps_in_epoch}  loss {:8.3} (recon {:.3}, KL {:.3})",
        step.epoch, losses.loss, losses.recon, losses.kl
    ))
}

fn progress_bar(args: &TrainArgs, vae: &Vae) -> ProgressBar {
    let steps = vae.training().map_or(0, Trainer::steps_in_epoch);
    if args.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    eprintln!("{}: {}", backend_name(vae), vae.backend().reason);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(steps).with_style(style)
}

async fn save_model(vae: &mut Vae, args: &TrainArgs) -> Result<()> {
    let precision = if args.f16 { Precision::F16 } else { Precision::F32 };
    let bytes = vae.save(precision).await?;
    files::write(&args.out, &bytes)
}

async fn save(vae: &mut Vae, args: &TrainArgs) -> Result<()> {
    let Some(run) = vae.training() else { return Ok(()) };
    let (position, config) = (run.position(), *run.config());
    vae.note("steps", position.step.to_string());
    let state = RunState { position, config, params: vae.params().await?, moments: vae.moments().await? };
    // The state first: it has the parameters too, so that a run stopped between the two can be resumed.
    files::write(&files::state_path(&args.out), &state.save()?)?;
    save_model(vae, args).await
}
