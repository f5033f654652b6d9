//! Objectives, and their operations.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::layers;
use crate::op::{
    Activate, FreeBits, ImportanceWeights, LOSS_COLUMNS, LinearLoss, Loss, METRICS, Metrics, Op, ScaleRows,
    Total, View,
};
use crate::params::Block;
use crate::plan::{Builder, MAX_SAMPLES};
use crate::spec::{Activation, Likelihood, Transform};

/// What is minimised, a mean over images in nats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Objective {
    /// −log p(x|z) + β·KL (Kingma and Welling, 2014; with β, Higgins et al., 2017), or with Σ_j max(λ, KL_j)
    /// in place of the KL divergence (Kingma et al., 2016).
    Elbo {
        /// λ in nats per dimension; 0 for none.
        #[serde(default)]
        free_bits: f32,
    },
    /// The importance-weighted bound (Burda et al., 2016), with β as a weight of the prior against the posterior.
    Iwae {
        /// Draws of z for each image, k.
        samples: u32,
        /// Whether the encoder's gradient is the doubly reparameterised one (Tucker et al., 2019).
        #[serde(default)]
        dreg: bool,
    },
    /// −log p(x|μ): no sampling, no divergence.
    Autoencoder {},
}

impl Default for Objective {
    fn default() -> Self {
        Self::ELBO
    }
}

impl Objective {
    /// The plain ELBO.
    pub const ELBO: Self = Self::Elbo { free_bits: 0.0 };

    /// Draws of z for each image.
    #[must_use]
    pub const fn samples(&self) -> u32 {
        match self {
            Self::Iwae { samples, .. } => *samples,
            Self::Elbo { .. } | Self::Autoencoder {} => 1,
        }
    }

    /// Factors of the noise and of β in a step: an autoencoder has neither.
    #[must_use]
    pub const fn factors(&self, beta: f32) -> (f32, f32) {
        match self {
            Self::Autoencoder {} => (0.0, 0.0),
            Self::Elbo { .. } | Self::Iwae { .. } => (1.0, beta),
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Self::Elbo { free_bits } if !(free_bits.is_finite() && free_bits >= 0.0) => Err(Error::argument(
                "freeBits",
                format!("{free_bits}, expected a finite value of at least 0"),
            )),
            Self::Iwae { samples, .. } if samples == 0 || samples > MAX_SAMPLES => {
                Err(Error::argument("samples", format!("{samples}, expected 1 to {MAX_SAMPLES}")))
            }
            _ => Ok(()),
        }
    }
}

/// The decoder's last layer with −log p(x|z) behind it; returns the gradient with respect to the logits and
/// the partial sums.
pub(crate) fn forward(
    b: &mut Builder<'_>,
    x: View,
    block: &Block,
    target: View,
    likelihood: Likelihood,
) -> (View, View) {
    let samples = b.samples;
    if block.transform != Transform::Linear {
        let logits = layers::forward(b, x, block, Activation::Identity, samples).y;
        return unmasked(b, logits, target, block.outputs, likelihood);
    }
    let delta = b.rows("dlogits", block.outputs, samples);
    let partial = b.rows("partial", block.outputs.div_ceil(LOSS_COLUMNS), samples);
    b.push(Op::LinearLoss(LinearLoss {
        x,
        weight: block.weight,
        bias: block.bias,
        target,
        delta,
        partial,
        inputs: block.inputs,
        outputs: block.outputs,
        samples,
        likelihood,
    }));
    (delta, partial)
}

/// −log p(x|z) from logits, every pixel counting the same.
fn unmasked(
    b: &mut Builder<'_>,
    logits: View,
    target: View,
    width: u32,
    likelihood: Likelihood,
) -> (View, View) {
    // Without weights nothing is read there; binding the target twice keeps the shader's bindings the same.
    loss(b, logits, target, (target, false), width, likelihood)
}

/// −log p(x|z) from logits, each pixel weighed by `mask`.
pub(crate) fn masked(
    b: &mut Builder<'_>,
    logits: View,
    target: View,
    mask: View,
    width: u32,
    likelihood: Likelihood,
) -> (View, View) {
    loss(b, logits, target, (mask, true), width, likelihood)
}

fn loss(
    b: &mut Builder<'_>,
    logits: View,
    target: View,
    (mask, masked): (View, bool),
    width: u32,
    likelihood: Likelihood,
) -> (View, View) {
    let samples = b.samples;
    let delta = b.rows("dlogits", width, samples);
    let partial = b.rows("partial", width.div_ceil(LOSS_COLUMNS), samples);
    b.push(Op::Loss(Loss { logits, target, mask, delta, partial, width, samples, likelihood, masked }));
    (delta, partial)
}

/// Gates of the dimensions that exceed their free bits, and the penalty behind them.
pub(crate) fn free_bits(b: &mut Builder<'_>, stats: View, latent: u32, floor: f32) -> View {
    let gate = b.buffer("gate", latent + 1);
    b.plan.ports.gate = Some(gate);
    b.push(Op::FreeBits(FreeBits { stats, gate, latent, floor }));
    gate
}

/// What importance weighting makes of some draws of z.
pub(crate) struct Weighted {
    /// `[M]`
    pub(crate) weights: View,
    /// `[rows]`
    pub(crate) bound: View,
}

/// Importance weights of the draws of z.
pub(crate) fn importance_weights(
    b: &mut Builder<'_>,
    partial: View,
    stats: View,
    z: View,
    latent: u32,
    pixels: u32,
    defensive: bool,
) -> Weighted {
    let samples = b.samples;
    let (log_weights, weights) = (b.rows("log weights", 1, samples), b.rows("weights", 1, samples));
    let bound = b.rows("bound", 1, 1);
    b.plan.ports.log_weights = Some(log_weights);
    b.plan.ports.bound = Some(bound);
    let columns = pixels.div_ceil(LOSS_COLUMNS);
    b.push(Op::ImportanceWeights(ImportanceWeights {
        partial,
        stats,
        z,
        log_weights,
        weights,
        bound,
        columns,
        latent,
        samples,
        defensive,
    }));
    Weighted { weights, bound }
}

/// Turns the gradient of the mean over draws into that of the importance-weighted bound.
pub(crate) fn scale_rows(b: &mut Builder<'_>, values: View, weights: View, width: u32) {
    let samples = b.samples;
    b.push(Op::ScaleRows(ScaleRows { weights, values, width, samples }));
}

/// The mean of p(x|z): probabilities from Bernoulli logits; a Gaussian's mean is the logits themselves.
pub(crate) fn mean(b: &mut Builder<'_>, logits: View, pixels: u32, likelihood: Likelihood) -> View {
    match likelihood {
        Likelihood::Bernoulli {} => {
            let y = b.rows("mean", pixels, 1);
            let activation = Activation::Sigmoid;
            b.push(Op::Activate(Activate { x: logits, y, width: pixels, samples: 1, activation }));
            y
        }
        Likelihood::Gaussian { .. } => logits,
    }
}

/// Sums the losses of a step.
pub(crate) fn metrics(
    b: &mut Builder<'_>,
    partial: View,
    kl: View,
    norm: View,
    (total, extra): (Total, View),
    pixels: u32,
    clipped: bool,
) {
    let samples = b.samples;
    let recon = b.rows("recon", 1, samples);
    let ring = b.buffer("metrics", b.plan.slots * METRICS);
    b.plan.ports.recon = Some(recon);
    b.plan.ports.metrics = Some(ring);
    let columns = pixels.div_ceil(LOSS_COLUMNS);
    b.push(Op::Metrics(Metrics { partial, kl, norm, total, extra, recon, ring, columns, samples, clipped }));
}
