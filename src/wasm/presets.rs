//! The named models as JavaScript sees them.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::to_js;
use crate::binarize::Binarize;
use crate::error::Result;
use crate::loss::Objective;
use crate::optim::Rule;
use crate::params::Initialisation;
use crate::presets::{NAMES, preset};
use crate::spec::VaeSpec;
use crate::train::{Schedule, TrainConfig};

#[derive(Serialize)]
struct Preset {
    name: &'static str,
    spec: VaeSpec,
    recipe: Recipe,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recipe {
    train: Train,
    initialisation: Initialisation,
    data_bias: bool,
    print_every: Option<u64>,
}

/// The settings of a run as `trainStart` takes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Train {
    #[serde(skip_serializing_if = "Option::is_none")]
    epochs: Option<u32>,
    batch_size: u32,
    optimizer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsilon: Option<f32>,
    learning_rate: f32,
    beta: f32,
    warmup_epochs: f32,
    objective: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u32>,
    binarize: Binarize,
    schedule: Schedule,
    seed: u64,
}

impl From<&TrainConfig> for Train {
    fn from(config: &TrainConfig) -> Self {
        let (optimizer, epsilon) = match config.optimizer.rule {
            Rule::Adam { epsilon, .. } => ("adam", Some(epsilon)),
            Rule::RmsProp { epsilon, .. } => ("rmsprop", Some(epsilon)),
            Rule::Sgd { .. } => ("sgd", None),
        };
        let (objective, samples) = match config.objective {
            Objective::Elbo { .. } => ("elbo", None),
            Objective::Iwae { samples, dreg } => (if dreg { "dreg" } else { "iwae" }, Some(samples)),
            Objective::Autoencoder {} => ("autoencoder", None),
        };
        Self {
            epochs: config.epochs,
            batch_size: config.batch,
            optimizer,
            epsilon,
            learning_rate: config.learning_rate,
            beta: config.beta,
            warmup_epochs: config.warmup_epochs,
            objective,
            samples,
            binarize: config.binarize,
            schedule: config.schedule,
            seed: config.seed,
        }
    }
}

/// Every preset in the order of menus: `{ name, spec, recipe: { train, initialisation, dataBias, printEvery } }`,
/// `train` being what `trainStart` takes.
///
/// # Errors
/// None in practice.
#[wasm_bindgen]
pub fn presets() -> JsResult {
    let told = |name: &&'static str| {
        let preset = preset(name)?;
        let recipe = Recipe {
            train: Train::from(&preset.recipe.config),
            initialisation: preset.recipe.initialisation,
            data_bias: preset.recipe.data_bias,
            print_every: preset.recipe.print_every,
        };
        Ok(Preset { name, spec: preset.spec, recipe })
    };
    to_js(&NAMES.iter().map(told).collect::<Result<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::wasm::training::config;

    #[wasm_bindgen_test]
    fn a_recipe_given_back_is_the_preset_s_own() {
        for name in NAMES {
            let expected = preset(name).unwrap().recipe.config;
            let told = to_js(&Train::from(&expected)).unwrap();
            assert_eq!(config(&told).unwrap(), expected, "{name}");
        }
    }
}
