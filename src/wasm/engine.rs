//! A model on a backend: what becomes of images and codes, and its parameters.

use js_sys::{Float32Array, JSON, Uint8Array};
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::{count, floats, object, seed, to_js};
use super::options::Options;
use crate::backend::Choice;
use crate::checkpoint::Precision;
use crate::data::dataset::Dataset;
use crate::error::{Error, Result};
use crate::measure::quadrature::Sum;
use crate::params::Initialisation;
use crate::presets;
use crate::session::{LatentGradient, Posterior};
use crate::spec::VaeSpec;
use crate::vae::Vae;

/// A model on a backend. Methods are asynchronous and must not overlap.
///
/// A conditional model needs `labels`, one below `classes` for each image or code; another takes none.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    pub(super) vae: Vae,
    choice: Choice,
    /// How parameters are drawn where a call does not say.
    initialisation: Initialisation,
    /// What the output's bias can be told from.
    pub(super) train: Option<Dataset>,
    pub(super) quadrature: Option<Sum<'static>>,
}

#[wasm_bindgen]
impl Engine {
    /// Opens `{ spec: VaeSpec | preset name, backend?, seed?, initialisation? }` with fresh parameters; a preset's
    /// are drawn as its recipe says.
    ///
    /// # Errors
    /// `invalid-spec`, `invalid-argument`, `unsupported`.
    pub async fn create(options: JsValue) -> JsResult<Engine> {
        let o = Options::new("create", &options, &["spec", "backend", "seed", "initialisation"])?;
        let (spec, usual) = model(o.get("spec").unwrap_or_default())?;
        let choice = o.text("backend")?.as_deref().map_or(Ok(Choice::Auto), Choice::named)?;
        let initialisation = o.initialisation()?.unwrap_or(usual);
        let seed = o.seed()?.unwrap_or(0);
        let mut vae = Vae::create(spec, choice, seed).await?;
        if initialisation != Initialisation::PyTorch {
            vae.reset(seed, initialisation)?;
        }
        Ok(Self { vae, choice, initialisation, train: None, quadrature: None })
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

    /// `{ mu, logvar }` of `n × pixels` values in [0, 1].
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn encode(&mut self, images: Vec<f32>, labels: Option<Vec<u8>>) -> JsResult {
        let Posterior { mu, logvar } = self.vae.encode(&images, labels.as_deref()).await?;
        Ok(object([("mu", floats(&mu)), ("logvar", floats(&logvar))]))
    }

    /// The mean of p(x|z).
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn decode(&mut self, z: Vec<f32>, labels: Option<Vec<u8>>) -> JsResult<Float32Array> {
        Ok(self.vae.decode(&z, labels.as_deref()).await?.as_slice().into())
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
        labels: Option<Vec<u8>>,
    ) -> JsResult<Float32Array> {
        let pixels = self.vae.reconstruct(&images, labels.as_deref(), sample, seed(seed_)?).await?;
        Ok(pixels.as_slice().into())
    }

    /// Decodes `n` draws from the prior; a conditional model without `labels` goes through its classes in turn.
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn sample(
        &mut self,
        n: f64,
        seed_: f64,
        temperature: f64,
        labels: Option<Vec<u8>>,
    ) -> JsResult<Float32Array> {
        let (n, seed) = (count("n", n)?, seed(seed_)?);
        Ok(self.vae.sample(n, labels.as_deref(), seed, temperature as f32).await?.as_slice().into())
    }

    /// `{ recon, kl }` per image in nats, with `samples` draws of z each.
    ///
    /// # Errors
    /// `invalid-argument`.
    pub async fn elbo(
        &mut self,
        images: Vec<f32>,
        samples: f64,
        seed_: f64,
        labels: Option<Vec<u8>>,
    ) -> JsResult {
        let (samples, seed) = (count("samples", samples)?, seed(seed_)?);
        let elbo = self.vae.elbo(&images, labels.as_deref(), samples, seed).await?;
        Ok(object([("recon", floats(&elbo.recon)), ("kl", floats(&elbo.kl))]))
    }

    /// `{ recon, dz }`: −log p(x|z) per image in nats, each pixel weighed by `mask` (as long as `images`; ones
    /// without it), and its gradient with respect to z.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = latentGradient)]
    pub async fn latent_gradient(
        &mut self,
        z: Vec<f32>,
        images: Vec<f32>,
        mask: Option<Vec<f32>>,
        labels: Option<Vec<u8>>,
    ) -> JsResult {
        let found = self.vae.latent_gradient(&z, &images, mask.as_deref(), labels.as_deref()).await?;
        let LatentGradient { recon, dz } = found;
        Ok(object([("recon", floats(&recon)), ("dz", floats(&dz))]))
    }

    /// The gradient of Σ_j dmu_j·μ_j + dlogvar_j·log σ²_j with respect to the images; `dmu` and `dlogvar` are
    /// `n × latent`, zeros where they are left out.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = inputGradient)]
    pub async fn input_gradient(
        &mut self,
        images: Vec<f32>,
        dmu: Option<Vec<f32>>,
        dlogvar: Option<Vec<f32>>,
        labels: Option<Vec<u8>>,
    ) -> JsResult<Float32Array> {
        let dstats = side_by_side(dmu, dlogvar, self.vae.spec().latent as usize)?;
        Ok(self.vae.input_gradient(&images, &dstats, labels.as_deref()).await?.as_slice().into())
    }

    /// The parameters as a safetensors file.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn save(&mut self) -> JsResult<Uint8Array> {
        Ok(self.vae.save(Precision::F32).await?.as_slice().into())
    }

    /// The trainable values, tensor by tensor in a checkpoint's order.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn parameters(&mut self) -> JsResult<Float32Array> {
        let arena = self.vae.params().await?;
        Ok(self.vae.layout().pack(&arena).as_slice().into())
    }

    /// Takes values as `parameters` gives them; a run must not be under way, and the optimiser's moments are cleared.
    ///
    /// # Errors
    /// `invalid-argument` for another number of values and for one that is not finite; `device-lost`.
    #[wasm_bindgen(js_name = setParameters)]
    pub fn set_parameters(&mut self, values: Vec<f32>) -> JsResult<()> {
        let arena = self.vae.layout().unpack(&values)?;
        Ok(self.vae.set_params(&arena)?)
    }

    /// Takes a checkpoint's parameters, and its spec if that is another: datasets are kept if they fit.
    ///
    /// # Errors
    /// `invalid-checkpoint`; the model is untouched then.
    pub async fn load(&mut self, bytes: Vec<u8>) -> JsResult<()> {
        // It is of another model afterwards, perhaps on another executor.
        self.quadrature_stop();
        Ok(self.vae.replace(&bytes, self.choice).await?)
    }

    /// Fresh parameters from `{ seed, initialisation?, dataBias? }`; a run ends. With `dataBias` the output's bias
    /// begins at what the mean of the training images says.
    ///
    /// # Errors
    /// `invalid-argument`, `dataBias` without a dataset among them: nothing is changed then; `device-lost`.
    pub async fn reset(&mut self, options: JsValue) -> JsResult<()> {
        let o = Options::new("reset", &options, &["seed", "initialisation", "dataBias"])?;
        let seed = o.seed()?.unwrap_or(0);
        let initialisation = o.initialisation()?.unwrap_or(self.initialisation);
        let fits = |set: &&Dataset| set.pixels() == self.vae.spec().pixels() as usize;
        let train = match (o.flag("dataBias")?, self.train.as_ref().filter(fits)) {
            (false, _) => None,
            (true, Some(train)) => Some(train.clone()),
            (true, None) => {
                return Err(Error::argument("dataBias", "there is no dataset yet; set one first").into());
            }
        };
        self.vae.reset(seed, initialisation)?;
        if let Some(train) = train {
            self.vae.set_data_bias(&train).await?;
        }
        Ok(())
    }
}

/// A spec, and how its parameters are drawn where nobody says.
pub(super) fn model(given: JsValue) -> Result<(VaeSpec, Initialisation)> {
    if let Some(name) = given.as_string() {
        let preset = presets::preset(&name)?;
        return Ok((preset.spec, preset.recipe.initialisation));
    }
    // Through text, so that JavaScript and files are read by the same strict parser.
    let json = JSON::stringify(&given).ok().and_then(|text| text.as_string());
    let json = json.ok_or_else(|| Error::spec("spec", "neither a preset's name nor an object"))?;
    Ok((VaeSpec::from_json(&json)?, Initialisation::default()))
}

/// Rows of both, `n × 2·latent`.
fn side_by_side(dmu: Option<Vec<f32>>, dlogvar: Option<Vec<f32>>, latent: usize) -> Result<Vec<f32>> {
    let (dmu, dlogvar) = match (dmu, dlogvar) {
        (Some(dmu), Some(dlogvar)) => (dmu, dlogvar),
        (Some(dmu), None) => (dmu.clone(), vec![0.0; dmu.len()]),
        (None, Some(dlogvar)) => (vec![0.0; dlogvar.len()], dlogvar),
        (None, None) => {
            return Err(Error::argument("dmu", "missing, and so is dlogvar; expected one of them"));
        }
    };
    if dmu.len() != dlogvar.len() || !dmu.len().is_multiple_of(latent) {
        let problem =
            format!("{} values beside {} of dmu, expected rows of {latent}", dlogvar.len(), dmu.len());
        return Err(Error::argument("dlogvar", problem));
    }
    let rows = dmu.chunks_exact(latent).zip(dlogvar.chunks_exact(latent));
    Ok(rows.flat_map(|(dmu, dlogvar)| [dmu, dlogvar].concat()).collect())
}
