//! `train.py`: a checkpoint's recipe written out as a PyTorch script for one process or many.

use std::collections::BTreeMap;

use serde_json::json;
use vae_playground::binarize::{self, Binarize};
use vae_playground::loss::Objective;
use vae_playground::optim::{Optimizer, Rule};
use vae_playground::params::{Initialisation, Layout};
use vae_playground::presets::Recipe;
use vae_playground::rng::Purpose;
use vae_playground::spec::Likelihood;
use vae_playground::train::{Schedule, TrainConfig};
use vae_playground::{Result, VaeSpec};

use super::fill;

/// Draws of z that a process of the script evaluates at a time.
const EVALUATED: u32 = 500;

/// The script, as a Python file; `notes` are those of the checkpoint.
pub(super) fn source(spec: &VaeSpec, recipe: &Recipe, notes: &BTreeMap<String, String>) -> Result<String> {
    let config = &recipe.config;
    let schedule = match config.schedule {
        Schedule::Constant => None,
        Schedule::Cosine => Some(include_str!("templates/cosine.py")),
        Schedule::Stages => Some(include_str!("templates/stages.py")),
    };
    let mut functions = vec![match config.binarize {
        Binarize::None => include_str!("templates/soft.py").to_owned(),
        Binarize::Dynamic => include_str!("templates/dynamic.py").to_owned(),
        Binarize::Static => include_str!("templates/static.py").to_owned(),
    }];
    functions.push(objective(config.objective));
    functions.extend(schedule.map(str::to_owned));
    let begin = initialise(spec, recipe)?;
    functions.extend(begin.clone());

    let mut update = Vec::new();
    if config.optimizer.max_norm.is_some() {
        update.push("torch.nn.utils.clip_grad_norm_(vae.parameters(), MAX_NORM)");
    }
    if schedule.is_some() {
        update.push("for group in optimizer.param_groups:");
        update.push("    group[\"lr\"] = learning_rate(step, last)");
    }
    update.push("optimizer.step()");
    let update: Vec<String> = update.iter().map(|line| format!("            {line}")).collect();

    let functions: Vec<&str> = functions.iter().map(|f| f.trim_end()).collect();
    let binarized = config.binarize == Binarize::Static;
    let mut told = BTreeMap::from([(Recipe::NOTE, recipe.to_json())]);
    if let Some(preset) = notes.get("preset") {
        told.insert("preset", preset.clone());
    }
    Ok(fill(
        include_str!("templates/train.py"),
        &[
            ("recipe", &constants(config, &told)),
            ("images", if binarized { "binarize(images)" } else { "images.copy()" }),
            ("functions", &functions.join("\n\n\n")),
            ("initialise", if begin.is_some() { "    initialise(vae, data[0])\n" } else { "" }),
            ("optimizer", &optimizer(&config.optimizer)),
            ("update", &update.join("\n")),
        ],
    ))
}

/// The settings at the top of the script.
fn constants(config: &TrainConfig, notes: &BTreeMap<&str, String>) -> String {
    let limit = |n: Option<u64>| n.map_or("None".to_owned(), |n| n.to_string());
    let mut lines = vec![
        format!("EPOCHS = {}", limit(config.epochs.map(u64::from))),
        format!("STEPS = {}", limit(config.steps)),
        "# Images in one step, over all processes together.".into(),
        format!("BATCH = {}", config.batch),
        format!("LEARNING_RATE = {:?}", config.learning_rate),
        "# Weight of the KL divergence, and the epochs over which it grows from 0.".into(),
        format!("BETA = {:?}", config.beta),
        format!("WARMUP_EPOCHS = {:?}", config.warmup_epochs),
    ];
    match config.objective {
        Objective::Iwae { samples, .. } => {
            lines.extend(["# Draws of z for each image.".into(), format!("SAMPLES = {samples}")])
        }
        Objective::Elbo { free_bits } if free_bits > 0.0 => lines.extend([
            "# Nats that a latent dimension may use for nothing.".into(),
            format!("FREE_BITS = {free_bits:?}"),
        ]),
        Objective::Elbo { .. } | Objective::Autoencoder {} => {}
    }
    let draws = if let Objective::Iwae { samples, .. } = config.objective { samples } else { 1 };
    lines.push("# Images that each process evaluates at a time.".into());
    lines.push(format!("EVALUATED = {}", (EVALUATED / draws).max(1)));
    if let Some(norm) = config.optimizer.max_norm {
        lines.push("# Global norm to which gradients are clipped.".into());
        lines.push(format!("MAX_NORM = {norm:?}"));
    }
    if config.binarize == Binarize::Static {
        lines.push("# Counters of the hash that makes the pixels black or white.".into());
        lines.push(format!("STATIC = {}, {}", binarize::static_seed(), Purpose::Binarise as u32));
    }
    lines.push(format!("SEED = {}", config.seed));
    lines.push("# The same, as checkpoints tell it.".into());
    lines.push("NOTES = {".into());
    lines.extend(notes.iter().map(|(key, value)| format!("    {}: {},", literal(key), literal(value))));
    lines.push("}".into());
    lines.join("\n")
}

/// A string as Python writes it.
fn literal(text: &str) -> String {
    if text.contains(['\'', '\\']) || text.chars().any(char::is_control) || !text.contains('"') {
        // A JSON string is a Python literal too.
        return json!(text).to_string();
    }
    format!("'{text}'")
}

fn objective(objective: Objective) -> String {
    match objective {
        Objective::Elbo { free_bits } if free_bits > 0.0 => include_str!("templates/free_bits.py").to_owned(),
        Objective::Elbo { .. } => include_str!("templates/elbo.py").to_owned(),
        Objective::Autoencoder {} => include_str!("templates/autoencoder.py").to_owned(),
        Objective::Iwae { dreg: false, .. } => include_str!("templates/iwae.py").to_owned(),
        Objective::Iwae { dreg: true, .. } => include_str!("templates/dreg.py").to_owned(),
    }
}

/// The function that makes initial parameters, where they are not PyTorch's own.
fn initialise(spec: &VaeSpec, recipe: &Recipe) -> Result<Option<String>> {
    let glorot = match recipe.initialisation {
        Initialisation::PyTorch => None,
        Initialisation::Glorot => Some(include_str!("templates/glorot.py")),
    };
    let bias = match spec.likelihood {
        Likelihood::Gaussian { .. } => include_str!("templates/data_mean.py"),
        _ => include_str!("templates/log_odds.py"),
    };
    let bias = fill(bias, &[("output", &output(spec)?)]);
    let bias = recipe.data_bias.then_some(bias.as_str());
    let body: Vec<&str> = glorot.into_iter().chain(bias).map(str::trim_end).collect();
    if body.is_empty() {
        return Ok(None);
    }
    Ok(Some(fill(include_str!("templates/initialise.py"), &[("body", &body.join("\n"))])))
}

/// The Python name of the module that gives the logits.
fn output(spec: &VaeSpec) -> Result<String> {
    let layout = Layout::new(spec)?;
    let last = layout.tensors.last().map_or("", |tensor| &tensor.name);
    let module = last.trim_end_matches(".bias");
    Ok(match module.split_once('.') {
        Some((list, index)) => format!("{list}[{index}]"),
        None => module.to_owned(),
    })
}

fn optimizer(optimizer: &Optimizer) -> String {
    let (name, mut arguments) = match optimizer.rule {
        Rule::Sgd { momentum } => ("SGD", vec![format!("momentum={momentum:?}")]),
        Rule::RmsProp { alpha, momentum, epsilon } => (
            "RMSprop",
            vec![format!("alpha={alpha:?}"), format!("momentum={momentum:?}"), format!("eps={epsilon:?}")],
        ),
        Rule::Adam { beta1, beta2, epsilon } => {
            ("Adam", vec![format!("betas=({beta1:?}, {beta2:?})"), format!("eps={epsilon:?}")])
        }
    };
    if optimizer.weight_decay > 0.0 {
        arguments.push(format!("weight_decay={:?}", optimizer.weight_decay));
    }
    format!("torch.optim.{name}(vae.parameters(), lr=LEARNING_RATE, {})", arguments.join(", "))
}
