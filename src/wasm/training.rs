//! Training runs: their settings, and the engine's calls that drive them.

use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::{count, to_js};
use super::engine::Engine;
use super::options::Options;
use crate::binarize::Binarize;
use crate::error::{Error, Result};
use crate::loss::Objective;
use crate::optim::{Optimizer, Rule};
use crate::train::{Position, Schedule, TrainConfig};

const SETTINGS: [&str; 16] = [
    "epochs",
    "steps",
    "batchSize",
    "optimizer",
    "epsilon",
    "weightDecay",
    "clipNorm",
    "learningRate",
    "beta",
    "warmupEpochs",
    "objective",
    "samples",
    "freeBits",
    "binarize",
    "schedule",
    "seed",
];

/// Draws of z for each image where an importance-weighted objective does not say.
const SAMPLES: u32 = 50;

/// A run's settings; absent ones are the recipe of pytorch/examples without limits.
pub(super) fn config(value: &JsValue) -> Result<TrainConfig> {
    let o = Options::new("train", value, &SETTINGS)?;
    let d = TrainConfig::default();
    let config = TrainConfig {
        epochs: o.count("epochs")?,
        steps: o.count("steps")?.map(u64::from),
        batch: o.count("batchSize")?.unwrap_or(d.batch),
        optimizer: optimizer(&o)?,
        learning_rate: o.float("learningRate")?.unwrap_or(d.learning_rate),
        beta: o.float("beta")?.unwrap_or(d.beta),
        warmup_epochs: o.float("warmupEpochs")?.unwrap_or(d.warmup_epochs),
        objective: objective(&o)?,
        binarize: o.text("binarize")?.as_deref().map_or(Ok(d.binarize), Binarize::named)?,
        schedule: o.text("schedule")?.as_deref().map_or(Ok(d.schedule), Schedule::named)?,
        seed: o.seed()?.unwrap_or(d.seed),
    };
    config.validate().map_err(renamed)?;
    Ok(config)
}

fn optimizer(o: &Options<'_>) -> Result<Optimizer> {
    let mut optimizer = Optimizer::from(o.text("optimizer")?.as_deref().map_or(Ok(Rule::ADAM), Rule::named)?);
    if let Some(value) = o.float("epsilon")? {
        match &mut optimizer.rule {
            Rule::Adam { epsilon, .. } | Rule::RmsProp { epsilon, .. } => *epsilon = value,
            Rule::Sgd { .. } => return Err(Error::argument("epsilon", "sgd has none")),
        }
    }
    optimizer.weight_decay = o.float("weightDecay")?.unwrap_or(optimizer.weight_decay);
    optimizer.max_norm = o.float("clipNorm")?;
    Ok(optimizer)
}

fn objective(o: &Options<'_>) -> Result<Objective> {
    let (samples, free_bits) = (o.count("samples")?, o.float("freeBits")?);
    let weighted = |dreg| Objective::Iwae { samples: samples.unwrap_or(SAMPLES), dreg };
    let objective = match o.text("objective")?.as_deref() {
        None | Some("elbo") => Objective::Elbo { free_bits: free_bits.unwrap_or(0.0) },
        Some("iwae") => weighted(false),
        Some("dreg") => weighted(true),
        Some("autoencoder") => Objective::Autoencoder {},
        Some(other) => {
            let problem = format!("{other:?}, expected elbo, iwae, dreg or autoencoder");
            return Err(Error::argument("objective", problem));
        }
    };
    let unused = match objective {
        Objective::Iwae { .. } => free_bits.map(|_| "freeBits"),
        Objective::Elbo { .. } => samples.map(|_| "samples"),
        Objective::Autoencoder {} => samples.map(|_| "samples").or(free_bits.map(|_| "freeBits")),
    };
    unused.map_or(Ok(objective), |name| Err(Error::argument(name, "the objective has none")))
}

/// Settings that JavaScript calls otherwise.
fn renamed(error: Error) -> Error {
    let Error::InvalidArgument { what, problem } = error else { return error };
    let what = match what.as_str() {
        "weight_decay" => "weightDecay".into(),
        "max_norm" => "clipNorm".into(),
        _ => what,
    };
    Error::InvalidArgument { what, problem }
}

#[wasm_bindgen]
impl Engine {
    /// `{ trainImages, trainLabels?, testImages?, testLabels? }`, all `Uint8Array`.
    ///
    /// # Errors
    /// `invalid-argument` for images that are not whole or labels that do not match.
    #[wasm_bindgen(js_name = setDataset)]
    pub fn set_dataset(&mut self, value: &JsValue) -> JsResult<()> {
        let (train, test) = super::data::datasets(value, self.vae.spec().pixels() as usize)?;
        self.vae.set_dataset(&train, test.as_ref())?;
        self.train = Some(train);
        Ok(())
    }

    /// Where the backend was left open and there is a real GPU: races it against the CPU, shared by `workers`, with these
    /// settings, and goes on with the faster one. An earlier run ends.
    ///
    /// # Errors
    /// As `trainStart`.
    pub async fn settle(&mut self, settings: JsValue, workers: f64) -> JsResult<()> {
        Ok(self.vae.settle(&config(&settings)?, count("workers", workers)?).await?)
    }

    /// Times every kernel of a training step with these settings: `{ kind, steps, kernels: [{ kernel, nanoseconds }] }`, means
    /// over `steps` of them.
    ///
    /// # Errors
    /// `invalid-argument` without a dataset or for bad settings; `unsupported` on a GPU that tells no time;
    /// `device-lost`.
    pub async fn profile(&mut self, settings: JsValue, steps: f64) -> JsResult {
        to_js(&self.vae.profile(&config(&settings)?, count("steps", steps)?).await?)
    }

    /// Begins a run; an earlier one ends.
    ///
    /// # Errors
    /// `invalid-argument` for a bad or unknown setting, or without a dataset.
    #[wasm_bindgen(js_name = trainStart)]
    pub fn train_start(&mut self, settings: &JsValue) -> JsResult<()> {
        Ok(self.vae.train_start(config(settings)?, Position::default())?)
    }

    /// Makes up to `max_steps` steps, or evaluation batches after an epoch:
    /// `{ steps, test?, phase, stepsInEpoch }`.
    ///
    /// # Errors
    /// `diverged`, after which the last good parameters are in place; `device-lost`.
    #[wasm_bindgen(js_name = trainChunk)]
    pub async fn train_chunk(&mut self, max_steps: f64) -> JsResult {
        to_js(&self.vae.train_chunk(count("maxSteps", max_steps)?).await?)
    }

    /// The losses of steps still in flight, in the shape of `trainChunk`.
    ///
    /// # Errors
    /// As `trainChunk`.
    #[wasm_bindgen(js_name = trainFlush)]
    pub async fn train_flush(&mut self) -> JsResult {
        to_js(&self.vae.train_flush().await?)
    }

    /// Ends the run; parameters stay.
    #[wasm_bindgen(js_name = trainStop)]
    pub fn train_stop(&mut self) {
        self.vae.train_stop();
    }

    /// Changes `{ beta?, learningRate? }` of the run under way.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = setHyperparameters)]
    pub fn set_hyperparameters(&mut self, value: &JsValue) -> JsResult<()> {
        let o = Options::new("setHyperparameters", value, &["beta", "learningRate"])?;
        Ok(self.vae.set_hyperparameters(o.float("beta")?, o.float("learningRate")?)?)
    }
}
