//! Operations of objectives: the latent, likelihoods, divergences, importance weights, and what is reported.

use super::View;
use crate::spec::Likelihood;

/// z = μ + noise · exp(½ log σ²) · ε (Kingma and Welling, 2014) and the KL divergence to the unit normal
/// per row, ½ Σ (μ² + σ² − 1 − log σ²). Where `defensive`, every second draw is noise · ε, from the prior.
#[derive(Debug, Clone, PartialEq)]
pub struct Reparam {
    /// `[rows, 2·latent]`: μ, then log σ².
    pub stats: View,
    /// `[rows·samples, latent]`, written. ε of row r, dimension j is the normal number of
    /// [`crate::rng::Purpose::Latent`], element `(row_offset·samples + r)·latent + j`.
    pub z: View,
    /// `[rows]` in nats, written.
    pub kl: View,
    /// Dimensions of z.
    pub latent: u32,
    /// Draws of z per image.
    pub samples: u32,
    /// Whether z comes from q(z|x) and the prior in turn.
    pub defensive: bool,
}

/// Logits x·Wᵀ + b, the negative log-likelihood of `target` under them summed over blocks of
/// [`LOSS_COLUMNS`](super::LOSS_COLUMNS) pixels, and its gradient with respect to the logits, times `inv_batch` / samples.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearLoss {
    /// `[M, K]`.
    pub x: View,
    /// `[N, K]`.
    pub weight: View,
    /// `[N]`.
    pub bias: View,
    /// `[rows, N]`: the pixels.
    pub target: View,
    /// `[M, N]`, written: gradient with respect to the logits.
    pub delta: View,
    /// `[M, ⌈N / 64⌉]` in nats, written.
    pub partial: View,
    /// K.
    pub inputs: u32,
    /// N.
    pub outputs: u32,
    /// Rows per image.
    pub samples: u32,
    /// p(x|z).
    pub likelihood: Likelihood,
}

/// −log p(x|z) from logits, and its gradient, as [`LinearLoss`] behind a product: for decoders that end in
/// something else, and where some pixels do not count.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// `[M, width]`
    pub logits: View,
    /// `[rows, width]`: the pixels.
    pub target: View,
    /// `[rows, width]`: weight of each pixel in the loss and its gradient; read only where `masked`.
    pub mask: View,
    /// `[M, width]`, written: gradient with respect to the logits, times `inv_batch` / samples.
    pub delta: View,
    /// `[M, ⌈width / 64⌉]` in nats, written: sums over blocks of [`LOSS_COLUMNS`](super::LOSS_COLUMNS) pixels.
    pub partial: View,
    /// Pixels.
    pub width: u32,
    /// Rows per image.
    pub samples: u32,
    /// p(x|z).
    pub likelihood: Likelihood,
    /// Whether pixels have weights.
    pub masked: bool,
}

/// Gradients of reparameterisation and β·KL: dμ = Σ_s dz + β·g·μ/B, dlog σ² = Σ_s ½ dz (z − μ) + β·g·½(σ² − 1)/B.
#[derive(Debug, Clone, PartialEq)]
pub struct ReparamGrad {
    /// `[rows, 2·latent]`.
    pub stats: View,
    /// `[rows·samples, latent]`.
    pub z: View,
    /// `[rows·samples, latent]`.
    pub dz: View,
    /// `[latent]`: g from [`FreeBits`]; read only where `gated`, else g = 1.
    pub gate: View,
    /// `[rows, 2·latent]`, written.
    pub dstats: View,
    /// Dimensions of z.
    pub latent: u32,
    /// Draws of z per image.
    pub samples: u32,
    /// Whether dimensions have free bits.
    pub gated: bool,
}

/// KL divergence per dimension, a mean over the step's rows, against the free bits λ (Kingma et al., 2016,
/// "Improving Variational Inference with Inverse Autoregressive Flow", eq. 15): gate_j = 1 where it exceeds λ,
/// else 0, and Σ_j max(λ, KL_j).
#[derive(Debug, Clone, PartialEq)]
pub struct FreeBits {
    /// `[rows, 2·latent]`.
    pub stats: View,
    /// `[latent + 1]`, written: the gates, then Σ_j max(λ, KL_j) in nats.
    pub gate: View,
    /// Dimensions of z.
    pub latent: u32,
    /// λ in nats per dimension.
    pub floor: f32,
}

/// Importance weights of the draws of z (Burda et al., 2016, "Importance Weighted Autoencoders", eq. 8 and 14),
/// with β as a weight of the prior against the posterior:
/// log w = log p(x|z) + β·(log p(z) − log q(z|x)), w̃ = w / Σ_s w, bound = −log (1/samples) Σ_s w.
///
/// Where `defensive`, draws are of the mixture ½ q(z|x) + ½ p(z), whose density takes q's place: then no weight is
/// more than twice p(x|z), however badly the encoder misses (Hesterberg, 1995, "Weighted Average Importance
/// Sampling and Defensive Mixture Distributions").
#[derive(Debug, Clone, PartialEq)]
pub struct ImportanceWeights {
    /// `[M, columns]` from [`LinearLoss`] or [`Loss`].
    pub partial: View,
    /// `[rows, 2·latent]`.
    pub stats: View,
    /// `[M, latent]`.
    pub z: View,
    /// `[M]` in nats, written: log w.
    pub log_weights: View,
    /// `[M]`, written: w̃, which add up to 1 for each image.
    pub weights: View,
    /// `[rows]` in nats, written.
    pub bound: View,
    /// Partial values per row.
    pub columns: u32,
    /// Dimensions of z.
    pub latent: u32,
    /// Draws of z per image.
    pub samples: u32,
    /// Whether draws come from q(z|x) and the prior in turn.
    pub defensive: bool,
}

/// Multiplies row r of `values` by `samples` · weights\[r\]: a gradient of the mean over draws becomes that of the
/// importance-weighted bound.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleRows {
    /// `[M]`
    pub weights: View,
    /// `[M, width]`, updated.
    pub values: View,
    /// Columns.
    pub width: u32,
    /// Draws of z per image.
    pub samples: u32,
}

/// Gradients of the importance-weighted bound with respect to μ and log σ². With d = dz + β·w̃·z/B the gradient
/// of −log w, times w̃, along z:
///
/// - pathwise (Burda et al., 2016, eq. 13): dμ = Σ_s d, dlog σ² = Σ_s ½ d (z − μ) − ½ β/B;
/// - doubly reparameterised (Tucker et al., 2019, "Doubly Reparameterized Gradient Estimators for Monte Carlo
///   Objectives", eq. 8): d′ = (1 − β + β·w̃)·(d − β·w̃·(z − μ)/(σ²·B)), dμ = Σ_s d′, dlog σ² = Σ_s ½ d′ (z − μ).
///   The factor is their w̃ at β = 1. Reparameterising the score of β·log q a second time brings the derivative
///   of w̃ along z, w̃·(1 − w̃), times β; what the first pass left of the path has w̃ itself.
#[derive(Debug, Clone, PartialEq)]
pub struct IwaeGrad {
    /// `[rows, 2·latent]`.
    pub stats: View,
    /// `[M, latent]`.
    pub z: View,
    /// `[M, latent]`: gradient of the weighted −log p(x|z).
    pub dz: View,
    /// `[M]`: w̃.
    pub weights: View,
    /// `[rows, 2·latent]`, written.
    pub dstats: View,
    /// Dimensions of z.
    pub latent: u32,
    /// Draws of z per image.
    pub samples: u32,
    /// Whether the gradient is doubly reparameterised.
    pub dreg: bool,
}

/// What a step's objective is made of beside the reconstruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Total {
    /// recon + β·kl
    Divergence = 0,
    /// recon + β·Σ_j max(λ, KL_j)
    FreeBits = 1,
    /// The mean of the importance-weighted bounds alone.
    Bound = 2,
}

/// Sums the losses: per row, and as one entry of the metrics ring (means over the whole batch).
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// `[M, columns]` from [`LinearLoss`].
    pub partial: View,
    /// `[rows]` from [`Reparam`].
    pub kl: View,
    /// `[256]` from [`GradNorm`](super::GradNorm); read only where `clipped`.
    pub norm: View,
    /// What the objective has in place of β·KL; see [`Total`].
    pub total: Total,
    /// `[latent + 1]` from [`FreeBits`] or `[rows]` from [`ImportanceWeights`], as `total` says.
    pub extra: View,
    /// `[M]` in nats, written: reconstruction per row.
    pub recon: View,
    /// `[slots, 5]`, entry `Step::slot` written: Σ recon·inv_batch/samples, Σ kl·inv_batch, ‖g‖², rows, objective.
    pub ring: View,
    /// Partial values per row.
    pub columns: u32,
    /// Rows per image.
    pub samples: u32,
    /// Whether the plan computes the gradient norm.
    pub clipped: bool,
}
