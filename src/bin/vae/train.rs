//! `vae train`.

use std::io::IsTerminal;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;
use serde_json::json;
use vae_playground::backend::Choice;
use vae_playground::binarize::Binarize;
use vae_playground::checkpoint::Precision;
use vae_playground::data::dataset::Dataset;
use vae_playground::data::files::load_mnist_dir;
use vae_playground::executor::Kind;
use vae_playground::loss::Objective;
use vae_playground::optim::Rule;
use vae_playground::params::Initialisation;
use vae_playground::presets::Recipe;
use vae_playground::run_state::RunState;
use vae_playground::train::{EpochReport, Phase, Position, Schedule, TrainConfig, Trainer};
use vae_playground::vae::Vae;
use vae_playground::{Error, Result, VaeSpec, presets};

use crate::args::TrainArgs;
use crate::{files, output};

/// Steps handed over at a time.
const CHUNK: u32 = 16;

pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let begun = begin(args)?;
    files::check_writable(&args.out)?;
    // Files first: opening a GPU takes time, and some drivers print warnings of their own.
    let (train, test) = load_mnist_dir(&args.data)?;
    let (mut vae, position, config) = block_on(open(args, begun, choice, &train))?;
    vae.set_dataset(&train, Some(&test))?;
    describe_run(&mut vae, args, &config);
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
        }
        if progress.phase == Phase::Done {
            bar.finish_and_clear();
            return Ok(());
        }
    }
}

/// The settings given, over those of `base`: the defaults, or an earlier run's.
fn config(args: &TrainArgs, base: TrainConfig) -> Result<TrainConfig> {
    let mut optimizer = base.optimizer;
    if let Some(name) = &args.optimizer {
        let rule = Rule::named(name)?;
        if args.resume.is_some() && std::mem::discriminant(&rule) != std::mem::discriminant(&optimizer.rule) {
            let problem = format!("{name}, but the run to resume has another one, whose state it needs");
            return Err(Error::argument("optimizer", problem));
        }
        if args.resume.is_none() {
            optimizer.rule = rule;
        }
    }
    if let Some(value) = args.epsilon {
        match &mut optimizer.rule {
            Rule::Adam { epsilon, .. } | Rule::RmsProp { epsilon, .. } => *epsilon = value,
            Rule::Sgd { .. } => return Err(Error::argument("epsilon", "sgd has none")),
        }
    }
    optimizer.weight_decay = args.weight_decay.unwrap_or(optimizer.weight_decay);
    optimizer.max_norm = args.clip_norm.or(optimizer.max_norm);
    let config = TrainConfig {
        epochs: args.epochs.or(if args.steps.is_some() { None } else { base.epochs }),
        steps: args.steps,
        batch: args.batch.unwrap_or(base.batch),
        optimizer,
        learning_rate: args.lr.unwrap_or(base.learning_rate),
        beta: args.beta.unwrap_or(base.beta),
        warmup_epochs: args.warmup_epochs.unwrap_or(base.warmup_epochs),
        objective: objective(args, base.objective)?,
        binarize: args.binarize.as_deref().map_or(Ok(base.binarize), Binarize::named)?,
        schedule: args.schedule.as_deref().map_or(Ok(base.schedule), Schedule::named)?,
        seed: args.seed.unwrap_or(base.seed),
    };
    config.validate()?;
    Ok(config)
}

/// The objective given, over `base`.
fn objective(args: &TrainArgs, base: Objective) -> Result<Objective> {
    let samples = args.samples.unwrap_or(match base {
        Objective::Iwae { samples, .. } => samples,
        _ => 50,
    });
    let free_bits = args.free_bits.unwrap_or(match base {
        Objective::Elbo { free_bits } => free_bits,
        _ => 0.0,
    });
    let objective = match (args.objective.as_deref(), base) {
        (Some("elbo"), _) | (None, Objective::Elbo { .. }) => Objective::Elbo { free_bits },
        (Some("iwae"), _) => Objective::Iwae { samples, dreg: false },
        (Some("dreg"), _) => Objective::Iwae { samples, dreg: true },
        (None, Objective::Iwae { dreg, .. }) => Objective::Iwae { samples, dreg },
        (Some("autoencoder"), _) | (None, Objective::Autoencoder {}) => Objective::Autoencoder {},
        (Some(other), _) => {
            let problem = format!("{other:?}, expected elbo, iwae, dreg or autoencoder");
            return Err(Error::argument("objective", problem));
        }
    };
    let unused = match objective {
        Objective::Iwae { .. } => args.free_bits.map(|_| "free-bits"),
        Objective::Elbo { .. } => args.samples.map(|_| "samples"),
        Objective::Autoencoder {} => args.samples.map(|_| "samples").or(args.free_bits.map(|_| "free-bits")),
    };
    match unused {
        Some(flag) => Err(Error::argument(flag, "the objective has none")),
        None => Ok(objective),
    }
}

/// What a run begins with.
enum Begun {
    /// Nothing.
    New(VaeSpec, Recipe),
    /// An earlier run's files: the model's, and what resuming needs beside it.
    Earlier(Vec<u8>, Vec<u8>),
}

/// Reads what the run begins with, and checks all settings that can be checked before a model is opened.
fn begin(args: &TrainArgs) -> Result<Begun> {
    let (spec, mut recipe) = match (&args.resume, &args.preset, &args.spec) {
        (Some(path), ..) => {
            let state = files::read(&files::state_path(path))?;
            return Ok(Begun::Earlier(files::read(path)?, state));
        }
        (None, Some(name), _) => {
            let preset = presets::preset(name)?;
            (preset.spec, preset.recipe)
        }
        (None, None, Some(path)) => (VaeSpec::from_json(&files::read_text(path)?)?, Recipe::default()),
        (None, None, None) => {
            return Err(Error::argument("preset", "missing; give --preset, --spec or --resume"));
        }
    };
    recipe.initialisation = match args.init.as_deref() {
        None => recipe.initialisation,
        Some("pytorch") => Initialisation::PyTorch,
        Some("glorot") => Initialisation::Glorot,
        Some(other) => return Err(Error::argument("init", format!("{other:?}, expected pytorch or glorot"))),
    };
    recipe.data_bias = args.data_bias.unwrap_or(recipe.data_bias);
    recipe.config = config(args, recipe.config)?;
    Ok(Begun::New(spec, recipe))
}

/// The model to train, where its run stands, and the run's settings.
async fn open(
    args: &TrainArgs,
    begun: Begun,
    choice: Choice,
    train: &Dataset,
) -> Result<(Vae, Position, TrainConfig)> {
    match begun {
        Begun::Earlier(model, state) => {
            let mut vae = Vae::from_checkpoint(&model, choice).await?;
            let model = vae.params().await?;
            let state = RunState::load(&state, vae.layout(), &model)?;
            let config = config(args, state.config)?;
            vae.set_params(&state.params)?;
            vae.set_moments(&state.moments)?;
            Ok((vae, state.position, config))
        }
        Begun::New(spec, Recipe { config, initialisation, data_bias }) => {
            let mut vae = Vae::create(spec, choice, config.seed).await?;
            vae.reset(config.seed, initialisation)?;
            if data_bias {
                vae.set_data_bias(train).await?;
            }
            Ok((vae, Position::default(), config))
        }
    }
}

fn describe_run(vae: &mut Vae, args: &TrainArgs, config: &TrainConfig) {
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
    save_model(vae, args).await?;
    let state = RunState { position, config, params: vae.params().await?, moments: vae.moments().await? };
    files::write(&files::state_path(&args.out), &state.save()?)
}
