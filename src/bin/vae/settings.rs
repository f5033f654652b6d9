//! The settings of `vae train`: flags over a preset's recipe, or over an earlier run's settings.

use vae_playground::binarize::Binarize;
use vae_playground::loss::Objective;
use vae_playground::optim::Rule;
use vae_playground::params::Initialisation;
use vae_playground::presets::Recipe;
use vae_playground::train::{Schedule, TrainConfig};
use vae_playground::{Error, Result, VaeSpec, presets};

use crate::args::TrainArgs;
use crate::files;

/// What a run begins with.
pub(crate) enum Begun {
    /// Nothing.
    New(VaeSpec, Recipe),
    /// An earlier run's files: the model's, and what resuming needs beside it.
    Earlier(Vec<u8>, Vec<u8>),
}

/// Reads what the run begins with, and checks all settings that can be checked before a model is opened.
pub(crate) fn begin(args: &TrainArgs) -> Result<Begun> {
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

/// The settings given, over those of `base`: the defaults, or an earlier run's.
pub(crate) fn config(args: &TrainArgs, base: TrainConfig) -> Result<TrainConfig> {
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
    // A limit given takes the place of all earlier ones.
    let (epochs, steps) = match (args.epochs, args.steps) {
        (None, None) => (base.epochs, base.steps),
        given => given,
    };
    let config = TrainConfig {
        epochs,
        steps,
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
