//! What JavaScript calls: conversion of values and errors, and nothing else.

use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::backend::Choice;
use crate::checkpoint::{self, Precision};
use crate::data::{dataset::Dataset, idx, image};
use crate::error::{Error, Result};
use crate::optim::Rule;
use crate::params::Initialisation;
use crate::presets;
use crate::session::Posterior;
use crate::spec::{ImageShape, VaeSpec};
use crate::train::{Position, TrainConfig};
use crate::vae::Vae;

type JsResult<T = JsValue> = std::result::Result<T, JsValue>;

/// Panics become messages on the console rather than `unreachable executed`.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// An `Error` object with the stable `code`; [`Error::Diverged`] also carries its numbers.
fn js_error(error: &Error) -> JsValue {
    let object = js_sys::Error::new(&error.to_string());
    object.set_name("VaeError");
    set(&object, "code", &error.code().into());
    if let Error::Diverged { step, quantity, restored } = error {
        set(&object, "step", &(*step as f64).into());
        set(&object, "quantity", &quantity.as_str().into());
        set(&object, "restored", &(*restored as f64).into());
    }
    object.into()
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        js_error(&error)
    }
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(object, &key.into(), value);
}

fn to_js(value: &impl Serialize) -> JsResult {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|e| Error::argument("result", e.to_string()).into())
}

fn seed(value: f64) -> Result<u64> {
    if value.fract() == 0.0 && (0.0..=9_007_199_254_740_991.0).contains(&value) {
        Ok(value as u64)
    } else {
        Err(Error::argument("seed", format!("{value}, expected a whole number from 0 to 2^53 - 1")))
    }
}

fn count(name: &str, value: f64) -> Result<u32> {
    if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
        Ok(value as u32)
    } else {
        Err(Error::argument(name, format!("{value}, expected a whole number from 0 to 4294967295")))
    }
}

/// The package's version.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// The presets' names, in the order of menus.
#[wasm_bindgen(js_name = presetNames)]
#[must_use]
pub fn preset_names() -> Array {
    presets::NAMES.iter().map(|&name| JsValue::from(name)).collect()
}

/// The spec of the preset called `name`.
///
/// # Errors
/// `invalid-argument` for an unknown name.
#[wasm_bindgen(js_name = presetSpec)]
pub fn preset_spec(name: &str) -> JsResult {
    to_js(&presets::spec(name)?)
}

/// A drawing (ink from 0 to 1, `width × height`) as an MNIST image:
/// `{ blank, pixels: Float32Array(784), bounds, centre }`.
///
/// # Errors
/// `invalid-argument` for a wrong length or values outside [0, 1].
#[wasm_bindgen(js_name = preprocessDrawing)]
pub fn preprocess_drawing(ink: &[f32], width: f64, height: f64) -> JsResult {
    let digit =
        image::preprocess_drawing(ink, count("width", width)? as usize, count("height", height)? as usize)?;
    let object = Object::new();
    set(&object, "blank", &digit.is_none().into());
    match digit {
        Some(digit) => {
            set(&object, "pixels", &Float32Array::from(digit.pixels.as_slice()));
            let b = digit.bounds;
            set(
                &object,
                "bounds",
                &numbers(&[
                    ("x", b.x as f64),
                    ("y", b.y as f64),
                    ("width", b.width as f64),
                    ("height", b.height as f64),
                ]),
            );
            let (x, y) = digit.centre_of_mass;
            set(&object, "centre", &numbers(&[("x", x), ("y", y)]));
        }
        None => {
            set(&object, "pixels", &Float32Array::new_with_length(ImageShape::MNIST.len()));
            set(&object, "bounds", &JsValue::NULL);
            set(&object, "centre", &JsValue::NULL);
        }
    }
    Ok(object.into())
}

/// An IDX file of bytes: `{ dims, data }`.
///
/// # Errors
/// `invalid-argument` that says how the file is wrong.
#[wasm_bindgen(js_name = parseIdx)]
pub fn parse_idx(bytes: &[u8]) -> JsResult {
    let file = idx::parse(bytes).map_err(Error::from)?;
    let object = Object::new();
    let dims: Array = file.dims.iter().map(|&d| JsValue::from(d)).collect();
    set(&object, "dims", &dims);
    set(&object, "data", &Uint8Array::from(file.data));
    Ok(object.into())
}

/// Throws unless `bytes` are a checkpoint that a model can be made of; changes nothing.
///
/// # Errors
/// `invalid-checkpoint` that says how the file is wrong.
#[wasm_bindgen(js_name = checkCheckpoint)]
pub fn check_checkpoint(bytes: &[u8]) -> JsResult<()> {
    checkpoint::load(bytes)?;
    Ok(())
}

/// Settings of a run; absent ones are the recipe of pytorch/examples without limits.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TrainOptions {
    epochs: Option<f64>,
    steps: Option<f64>,
    batch_size: Option<f64>,
    optimizer: Option<String>,
    learning_rate: Option<f64>,
    beta: Option<f64>,
    warmup_epochs: Option<f64>,
    seed: Option<f64>,
}

impl TrainOptions {
    fn config(&self) -> Result<TrainConfig> {
        let d = TrainConfig::default();
        let whole = |name: &str, value: Option<f64>| value.map(|v| count(name, v)).transpose();
        Ok(TrainConfig {
            epochs: whole("epochs", self.epochs)?,
            steps: whole("steps", self.steps)?.map(u64::from),
            batch: whole("batchSize", self.batch_size)?.unwrap_or(d.batch),
            optimizer: self.optimizer.as_deref().map_or(Ok(Rule::ADAM), Rule::named)?.into(),
            learning_rate: self.learning_rate.map_or(d.learning_rate, |v| v as f32),
            beta: self.beta.map_or(d.beta, |v| v as f32),
            warmup_epochs: self.warmup_epochs.map_or(d.warmup_epochs, |v| v as f32),
            seed: self.seed.map_or(Ok(d.seed), seed)?,
            ..d
        })
    }
}

fn options<T: for<'de> Deserialize<'de>>(what: &str, value: JsValue) -> Result<T> {
    serde_wasm_bindgen::from_value(value).map_err(|e| Error::argument(what, e.to_string()))
}

/// A model on a backend. Methods are asynchronous and must not overlap.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    vae: Vae,
    choice: Choice,
}

#[wasm_bindgen]
impl Engine {
    /// Opens `{ spec: VaeSpec | preset name, backend, seed }` with fresh parameters.
    ///
    /// # Errors
    /// `invalid-spec`, `invalid-argument`, `unsupported`.
    pub async fn create(value: JsValue) -> JsResult<Engine> {
        let given = field(&value, "spec")?;
        let spec = match given.as_string() {
            Some(name) => presets::spec(&name)?,
            // Through text, so that JavaScript and files are read by the same strict parser.
            None => VaeSpec::from_json(&json(&given)?)?,
        };
        let choice = match field(&value, "backend")? {
            absent if absent.is_undefined() => Choice::Auto,
            name => Choice::named(&name.as_string().unwrap_or_default())?,
        };
        let seed = match field(&value, "seed")? {
            absent if absent.is_undefined() => 0,
            number => seed(number.as_f64().unwrap_or(f64::NAN))?,
        };
        let vae = Vae::create(spec, choice, seed).await?;
        Ok(Self { vae, choice })
    }

    /// The model's spec.
    ///
    /// # Errors
    /// None in practice.
    pub fn spec(&self) -> JsResult {
        to_js(self.vae.spec())
    }

    /// `{ kind, adapter, software, simd, workers, reason, reasonCode }`.
    ///
    /// # Errors
    /// None in practice.
    pub fn backend(&self) -> JsResult {
        to_js(self.vae.backend())
    }

    /// Trainable values.
    #[wasm_bindgen(js_name = parameterCount)]
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.vae.layout().parameter_count()
    }

    /// What the backend did so far: steps, dispatches, submissions, uploads, waits.
    ///
    /// # Errors
    /// None in practice.
    pub fn counters(&self) -> JsResult {
        to_js(&self.vae.counters())
    }

    /// `{ trainImages, trainLabels?, testImages?, testLabels? }`, all `Uint8Array`.
    ///
    /// # Errors
    /// `invalid-argument` for images that are not whole or labels that do not match.
    #[wasm_bindgen(js_name = setDataset)]
    pub fn set_dataset(&mut self, value: &JsValue) -> JsResult<()> {
        let bytes = |key: &str| -> Result<Option<Vec<u8>>> {
            let field =
                Reflect::get(value, &key.into()).map_err(|_| Error::argument("dataset", "not an object"))?;
            if field.is_undefined() || field.is_null() {
                return Ok(None);
            }
            let array = field.dyn_into::<Uint8Array>();
            array.map(|a| Some(a.to_vec())).map_err(|_| Error::argument(key, "expected a Uint8Array"))
        };
        let pixels = self.vae.spec().pixels() as usize;
        let train = bytes("trainImages")?.ok_or_else(|| Error::argument("trainImages", "missing"))?;
        let train = Dataset::from_u8(train, bytes("trainLabels")?, pixels)?;
        let test = match bytes("testImages")? {
            Some(images) => Some(Dataset::from_u8(images, bytes("testLabels")?, pixels)?),
            None => None,
        };
        Ok(self.vae.set_dataset(&train, test.as_ref())?)
    }

    /// `{ mu, logvar }` of `n × pixels` values in [0, 1].
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn encode(&mut self, images: Vec<f32>) -> JsResult {
        let Posterior { mu, logvar } = self.vae.encode(&images, None).await?;
        Ok(pair("mu", &mu, "logvar", &logvar))
    }

    /// The mean of p(x|z).
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn decode(&mut self, z: Vec<f32>) -> JsResult<Float32Array> {
        Ok(Float32Array::from(self.vae.decode(&z, None).await?.as_slice()))
    }

    /// Encodes and decodes, through μ or (`sample`) through a draw of z.
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn reconstruct(
        &mut self,
        images: Vec<f32>,
        sample: bool,
        seed_: f64,
    ) -> JsResult<Float32Array> {
        let pixels = self.vae.reconstruct(&images, None, sample, seed(seed_)?).await?;
        Ok(Float32Array::from(pixels.as_slice()))
    }

    /// Decodes `n` draws from the prior.
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn sample(&mut self, n: f64, seed_: f64, temperature: f64) -> JsResult<Float32Array> {
        let pixels = self.vae.sample(count("n", n)?, None, seed(seed_)?, temperature as f32).await?;
        Ok(Float32Array::from(pixels.as_slice()))
    }

    /// `{ recon, kl }` per image in nats, with `samples` draws of z each.
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn elbo(&mut self, images: Vec<f32>, samples: f64, seed_: f64) -> JsResult {
        let elbo = self.vae.elbo(&images, None, count("samples", samples)?, seed(seed_)?).await?;
        Ok(pair("recon", &elbo.recon, "kl", &elbo.kl))
    }

    /// Begins a run; an earlier one ends.
    ///
    /// # Errors
    /// `invalid-argument` for a bad setting or without a dataset.
    #[wasm_bindgen(js_name = trainStart)]
    pub fn train_start(&mut self, value: JsValue) -> JsResult<()> {
        let o: TrainOptions = options("options", value)?;
        Ok(self.vae.train_start(o.config()?, Position::default())?)
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
    pub fn set_hyperparameters(&mut self, value: JsValue) -> JsResult<()> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Hyperparameters {
            beta: Option<f64>,
            learning_rate: Option<f64>,
        }
        let h: Hyperparameters = options("hyperparameters", value)?;
        Ok(self.vae.set_hyperparameters(h.beta.map(|v| v as f32), h.learning_rate.map(|v| v as f32))?)
    }

    /// The parameters as a safetensors file.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn save(&mut self) -> JsResult<Uint8Array> {
        Ok(Uint8Array::from(self.vae.save(Precision::F32).await?.as_slice()))
    }

    /// Takes a checkpoint's parameters, and its spec if that is another: datasets are kept if they fit.
    ///
    /// # Errors
    /// `invalid-checkpoint`; the model is untouched then.
    pub async fn load(&mut self, bytes: Vec<u8>) -> JsResult<()> {
        Ok(self.vae.replace(&bytes, self.choice).await?)
    }

    /// Fresh parameters; a run ends.
    ///
    /// # Errors
    /// `device-lost`.
    pub fn reset(&mut self, seed_: f64) -> JsResult<()> {
        Ok(self.vae.reset(seed(seed_)?, Initialisation::PyTorch)?)
    }
}

fn field(object: &JsValue, key: &str) -> Result<JsValue> {
    Reflect::get(object, &key.into())
        .map_err(|_| Error::argument(key, "missing: the options are not an object"))
}

fn json(value: &JsValue) -> Result<String> {
    let text = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string());
    text.ok_or_else(|| Error::spec("spec", "neither a preset's name nor an object"))
}

fn numbers(fields: &[(&str, f64)]) -> JsValue {
    let object = Object::new();
    for &(key, value) in fields {
        set(&object, key, &value.into());
    }
    object.into()
}

fn pair(first: &str, a: &[f32], second: &str, b: &[f32]) -> JsValue {
    let object = Object::new();
    set(&object, first, &Float32Array::from(a));
    set(&object, second, &Float32Array::from(b));
    object.into()
}
