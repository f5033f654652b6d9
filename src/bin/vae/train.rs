//! `vae train`.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;
use serde_json::json;
use vae_playground::backend::Choice;
use vae_playground::checkpoint::Precision;
use vae_playground::data::files::load_mnist_dir;
use vae_playground::executor::Kind;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::Initialisation;
use vae_playground::run_state::RunState;
use vae_playground::train::{EpochReport, Phase, Position, TrainConfig};
use vae_playground::vae::Vae;
use vae_playground::{Error, Result, VaeSpec, presets};

use crate::args::TrainArgs;
use crate::files;

/// Steps handed over at a time.
const CHUNK: u32 = 16;

pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    let choice = Choice::named(&args.backend)?;
    let config = config(args)?;
    config.validate()?;
    check_writable(&args.out)?;
    // Files first: opening a GPU takes time, and some drivers print warnings of their own.
    let (train, test) = load_mnist_dir(&args.data)?;
    let (mut vae, position, seed) = block_on(open(args, choice))?;
    let config = TrainConfig { seed, ..config };
    vae.set_dataset(&train, Some(&test))?;
    describe_run(&mut vae, args, &config);
    vae.train_start(config, position)?;

    let bar = progress_bar(args, &vae);
    let mut started = Instant::now();
    loop {
        let progress = match block_on(vae.train_chunk(CHUNK)) {
            Ok(progress) => progress,
            Err(e) => {
                if matches!(e, Error::Diverged { .. }) {
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
            bar.suspend(|| report(args, &vae, &epoch, seconds));
            block_on(save(&mut vae, args, seed))?;
            started = Instant::now();
        }
        if progress.phase == Phase::Done {
            bar.finish_and_clear();
            return Ok(());
        }
    }
}

fn config(args: &TrainArgs) -> Result<TrainConfig> {
    let optimizer = Optimizer {
        rule: Rule::named(&args.optimizer)?,
        weight_decay: args.weight_decay,
        max_norm: args.clip_norm,
    };
    Ok(TrainConfig {
        epochs: args.epochs.or(if args.steps.is_some() { None } else { Some(10) }),
        steps: args.steps,
        batch: args.batch,
        optimizer,
        learning_rate: args.lr,
        beta: args.beta,
        warmup_epochs: args.warmup_epochs,
        seed: args.seed,
    })
}

/// The model to train, where its run stands, and the run's seed.
async fn open(args: &TrainArgs, choice: Choice) -> Result<(Vae, Position, u64)> {
    if let Some(path) = &args.resume {
        let mut vae = Vae::from_checkpoint(&files::read(path)?, choice).await?;
        let state = RunState::load(&files::read(&files::state_path(path))?, vae.layout())?;
        vae.set_moments(&state.moments)?;
        return Ok((vae, state.position, state.seed));
    }
    let spec = match (&args.preset, &args.spec) {
        (Some(name), _) => presets::spec(name)?,
        (None, Some(path)) => VaeSpec::from_json(&files::read_text(path)?)?,
        (None, None) => return Err(Error::argument("preset", "missing; give --preset, --spec or --resume")),
    };
    let how = match args.init.as_str() {
        "pytorch" => Initialisation::PyTorch,
        "glorot" => Initialisation::Glorot,
        other => return Err(Error::argument("init", format!("{other:?}, expected pytorch or glorot"))),
    };
    let mut vae = Vae::create(spec, choice, args.seed).await?;
    vae.reset(args.seed, how)?;
    Ok((vae, Position::default(), args.seed))
}

/// A run must not learn only after an hour that its result has nowhere to go.
fn check_writable(out: &Path) -> Result<()> {
    let folder = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() {
        Ok(())
    } else {
        let problem = format!("the folder of {} does not exist", out.display());
        Err(Error::argument("out", problem))
    }
}

fn describe_run(vae: &mut Vae, args: &TrainArgs, config: &TrainConfig) {
    vae.note("preset", args.preset.as_deref().unwrap_or("none"));
    vae.note("optimizer", args.optimizer.as_str());
    vae.note("learning_rate", config.learning_rate.to_string());
    vae.note("batch", config.batch.to_string());
    vae.note("beta", config.beta.to_string());
    vae.note("warmup_epochs", config.warmup_epochs.to_string());
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

fn report(args: &TrainArgs, vae: &Vae, epoch: &EpochReport, seconds: f64) {
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
        println!("{line}");
    } else {
        let test = epoch.test.unwrap_or_default();
        println!(
            "epoch {:3}  step {:6}  train {:8.3}  test {:8.3} (recon {:.3}, KL {:.3})  {seconds:.2} s",
            epoch.epoch, epoch.step, epoch.train.loss, test.loss, test.recon, test.kl
        );
    }
}

fn progress_bar(args: &TrainArgs, vae: &Vae) -> ProgressBar {
    let steps = vae.training().map_or(0, vae_playground::train::Trainer::steps_in_epoch);
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

async fn save(vae: &mut Vae, args: &TrainArgs, seed: u64) -> Result<()> {
    let position = vae.training().map_or_else(Position::default, vae_playground::train::Trainer::position);
    vae.note("steps", position.step.to_string());
    save_model(vae, args).await?;
    let state = RunState { position, seed, moments: vae.moments().await? };
    files::write(&files::state_path(&args.out), &state.save()?)
}
