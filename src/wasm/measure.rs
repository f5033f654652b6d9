//! Measurements, the long ones in portions that a caller puts together.

use std::borrow::Cow;

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::JsResult;
use super::convert::{count, doubles, floats, object, seed};
use super::engine::Engine;
use crate::error::Error;
use crate::measure::knn::{self, Labelled};
use crate::measure::latent::latent_use;
use crate::measure::pca::Pca;
use crate::measure::quadrature::{self, Grid, Sum};
use crate::measure::quality::quality;
use crate::session::{DRAWS_AT_ONCE, Estimate, Posterior, Proposal};

#[wasm_bindgen]
impl Engine {
    /// Draws of z that `logWeightSums` makes at a time: its portions begin at multiples.
    #[wasm_bindgen(js_name = drawsAtOnce)]
    #[must_use]
    pub fn draws_at_once(&self) -> u32 {
        DRAWS_AT_ONCE
    }

    /// log Σ p(x|z) p(z) / q(z|x) over draws `from` to `to` of `k` for every image: L_K is that of all draws less
    /// log K. `first` is the number of the first image within its dataset: each has noise of its own.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = logWeightSums)]
    #[allow(
        clippy::too_many_arguments,
        reason = "wasm-bindgen has no keyword arguments, and an object costs code"
    )]
    pub async fn log_weight_sums(
        &mut self,
        images: Vec<f32>,
        k: f64,
        from: f64,
        to: f64,
        seed_: f64,
        first: f64,
        labels: Option<Vec<u8>>,
    ) -> JsResult<Float64Array> {
        let draws = count("from", from)?..count("to", to)?;
        let estimate = Estimate {
            k: count("k", k)?,
            proposal: Proposal::Posterior,
            seed: seed(seed_)?,
            first: count("first", first)?,
        };
        let session = self.vae.session();
        let sums = session.log_weight_sums(&images, labels.as_deref(), estimate, draws).await?;
        Ok(sums.as_slice().into())
    }

    /// `{ kl, variance, active }` of each dimension over the images of a posterior: the mean KL divergence in nats,
    /// Var_x(μ), and how many dimensions have a variance above 0.01.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = latentUse)]
    pub fn latent_use(&self, mu: Vec<f32>, logvar: Vec<f32>) -> JsResult {
        let found = latent_use(&Posterior { mu, logvar }, self.latent())?;
        let active = found.active() as f64;
        Ok(object([
            ("kl", doubles(&found.kl)),
            ("variance", doubles(&found.variance)),
            ("active", active.into()),
        ]))
    }

    /// The principal components of `n × latent` values: `{ mean, components, variances, ratios, projected }`,
    /// `projected` being `n × count` coordinates along the first ones.
    ///
    /// # Errors
    /// `invalid-argument`; `unsupported` for more than 512 dimensions.
    #[wasm_bindgen(js_name = latentPca)]
    pub fn latent_pca(&self, mu: &[f32], count_: f64) -> JsResult {
        let count = count("components", count_)?;
        let pca = Pca::of(mu, self.latent())?;
        Ok(object([
            ("mean", doubles(&pca.mean)),
            ("components", doubles(&pca.components)),
            ("variances", doubles(&pca.variances)),
            ("ratios", doubles(&pca.ratios())),
            ("projected", floats(&pca.project(mu, count as usize)?)),
        ]))
    }

    /// The class of each query, a row of `latent` values: the most frequent among the `k` nearest known points.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = classify)]
    pub fn classify(&self, points: &[f32], labels: &[u8], queries: &[f32], k: f64) -> JsResult<Uint8Array> {
        let k = count("k", k)? as usize;
        let classes = knn::classify(Labelled { points, labels }, queries, self.latent(), k, |_| {})?;
        Ok(classes.as_slice().into())
    }

    /// `{ mse, psnr, ssim }`, means over images; `ssim` is null for images under 11×11 pixels.
    ///
    /// # Errors
    /// `invalid-argument`.
    #[wasm_bindgen(js_name = imageQuality)]
    pub fn image_quality(&self, images: &[f32], reconstructions: &[f32]) -> JsResult {
        let found = quality(images, reconstructions, self.vae.spec().input)?;
        let ssim = found.ssim.map_or(JsValue::NULL, JsValue::from);
        Ok(object([("mse", found.mse.into()), ("psnr", found.psnr.into()), ("ssim", ssim)]))
    }

    /// Begins the exact log p(x) of `images` under a model of two latent dimensions, on a grid that covers their
    /// posterior; `points` along a side, chosen from it where left out. One that was under way ends.
    ///
    /// # Errors
    /// `unsupported` for other models; `invalid-argument`.
    #[wasm_bindgen(js_name = quadratureStart)]
    pub fn quadrature_start(
        &mut self,
        images: Vec<f32>,
        mu: Vec<f32>,
        logvar: Vec<f32>,
        points: Option<f64>,
    ) -> JsResult<()> {
        self.quadrature_stop();
        let points = points.map(|points| count("points", points)).transpose()?;
        quadrature::check(self.vae.spec())?;
        let grid = Grid::covering(&Posterior { mu, logvar }, points)?;
        self.quadrature = Some(Sum::new(self.vae.session(), Cow::Owned(images), grid)?);
        Ok(())
    }

    /// A portion of it: `{ done, total }` in points of the grid, and with the last `{ logLikelihood, error, worstError,
    /// points, halfWidth }`.
    ///
    /// # Errors
    /// `invalid-argument` for a model whose likelihoods are not finite, and where none was begun; `device-lost`.
    #[wasm_bindgen(js_name = quadratureChunk)]
    pub async fn quadrature_chunk(&mut self) -> JsResult {
        let sum = self.quadrature.as_mut().ok_or_else(|| Error::argument("quadrature", "none was begun"))?;
        let found = sum.advance(self.vae.session()).await?;
        let (done, total) = (sum.points_done() as f64, sum.points() as f64);
        let Some(found) = found else {
            return Ok(object([("done", done.into()), ("total", total.into())]));
        };
        self.quadrature_stop();
        Ok(object([
            ("done", done.into()),
            ("total", total.into()),
            ("logLikelihood", doubles(&found.log_likelihood)),
            ("error", found.error().into()),
            ("worstError", found.worst_error().into()),
            ("points", found.grid.points().into()),
            ("halfWidth", found.grid.half_width().into()),
        ]))
    }

    /// Ends one that is under way.
    #[wasm_bindgen(js_name = quadratureStop)]
    pub fn quadrature_stop(&mut self) {
        if let Some(sum) = self.quadrature.take() {
            sum.release(self.vae.session());
        }
    }

    fn latent(&self) -> usize {
        self.vae.spec().latent as usize
    }
}
