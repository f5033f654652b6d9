//! A spec and a batch size compiled into a flat list of operations over numbered buffers.
//!
//! A plan is data: it knows no backend, and everything a step needs is known before the first step.
//! The same plan drives training, parity tests, gradient checks and benchmarks.

mod builder;
pub(crate) mod validate;

use std::ops::Range;

use crate::binarize::Binarize;
use crate::error::{Error, Result};
use crate::loss::Objective;
use crate::op::{Op, Split, View};
use crate::optim::Optimizer;
use crate::params::Layout;
use crate::spec::{MAX_TENSOR, VaeSpec};
pub(crate) use builder::{Builder, Saved};

/// Largest capacity of a plan, in images.
pub const MAX_BATCH: u32 = 8192;

/// Most draws of z for each image in one step.
pub const MAX_SAMPLES: u32 = 8192;

/// Most values in all of a plan's own buffers together: 1 GiB.
const MAX_VALUES: u64 = 1 << 28;

/// The most images, up to `wanted` with `samples` draws of z each, whose widest layer still fits one WebGPU
/// binding; at least 1.
#[must_use]
pub fn capacity(spec: &VaeSpec, samples: u32, wanted: u32) -> u32 {
    let most = MAX_TENSOR / widest(spec, samples).max(1);
    wanted.min(u32::try_from(most).unwrap_or(u32::MAX)).max(1)
}

/// Most values that one image has in any layer.
fn widest(spec: &VaeSpec, samples: u32) -> u64 {
    let Ok(stages) = spec.stages() else { return 0 };
    let most = |stages: &[crate::spec::Stage]| {
        stages.iter().map(|s| s.input.len().max(s.output.len())).max().unwrap_or(0)
    };
    let before = most(&stages.encoder).max(spec.pixels()).max(2 * spec.latent);
    let behind = most(&stages.decoder).max(spec.pixels());
    u64::from(before).max(u64::from(behind) * u64::from(samples))
}

/// Where the images of a plan come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Gathered on the device from a resident dataset, in its current order; so are the labels of a
    /// conditional model.
    Dataset(Split, Binarize),
    /// Written into [`Ports::input`], and [`Ports::labels`], by the host before each step.
    Host,
}

/// What a plan computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// Forward, loss, every gradient, and the optimiser's update.
    Train(Optimizer, Objective),
    /// Forward and loss.
    Evaluate(Objective),
    /// Forward, loss and every gradient, without an update.
    Gradients(Objective),
    /// Images to μ and log σ².
    Encode,
    /// z, written by the host, to logits and to the mean of p(x|z).
    Decode,
    /// Images to the log importance weights of some draws of z each.
    LogWeights {
        /// Draws of z for each image; even where `defensive`.
        samples: u32,
        /// Whether z comes from q(z|x) and the prior in turn.
        defensive: bool,
    },
    /// The latent gradient: z and images, written by the host, to −log p(x|z) of the pixels that
    /// [`Ports::mask`] weighs, and its gradient with respect to z. With `Step::inv_batch` = 1 each image has
    /// its own gradient.
    LatentGradient,
    /// The input gradient: images and [`Ports::dstats`], written by the host, to the gradient with respect to
    /// the images of the sum of μ and log σ² so weighted.
    InputGradient,
}

impl Goal {
    /// Draws of z for each image.
    #[must_use]
    pub const fn samples(&self) -> u32 {
        match self {
            Self::Train(_, objective) | Self::Evaluate(objective) | Self::Gradients(objective) => {
                objective.samples()
            }
            Self::LogWeights { samples, .. } => *samples,
            _ => 1,
        }
    }
}

/// A plan's own buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BufferDesc {
    /// For labels in error messages and GPU debuggers.
    pub label: &'static str,
    /// Length in 32-bit values.
    pub len: u32,
}

/// The parts of a plan, as ranges of its operations. Between them the host may read or replace
/// gradients (data-parallel workers).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phases {
    /// From images to losses.
    pub forward: Range<usize>,
    /// From losses to gradients.
    pub backward: Range<usize>,
    /// From gradients to parameters, and the metrics.
    pub update: Range<usize>,
}

/// The buffers that a host reads and writes; `None` where a goal has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ports {
    /// `[batch, pixels]`: the images.
    pub input: Option<View>,
    /// `[batch, classes]`: one-hot labels of a conditional model.
    pub labels: Option<View>,
    /// `[batch, width]` of each hidden layer, in order, its activation applied (encode and decode only).
    pub hidden: Vec<View>,
    /// `[batch, 2·latent]`: μ, then log σ².
    pub stats: Option<View>,
    /// `[batch·samples, latent]`.
    pub z: Option<View>,
    /// `[batch, pixels]`: the decoder's output before the likelihood's own function (decode only).
    pub logits: Option<View>,
    /// `[batch, pixels]`: the mean of p(x|z) (decode only).
    pub mean: Option<View>,
    /// `[batch·samples]`: −log p(x|z) in nats.
    pub recon: Option<View>,
    /// `[batch]`: KL divergence in nats.
    pub kl: Option<View>,
    /// `[slots, 5]`: the metrics ring.
    pub metrics: Option<View>,
    /// `[batch·samples]`: log importance weights in nats.
    pub log_weights: Option<View>,
    /// `[batch]`: the negative importance-weighted bound in nats.
    pub bound: Option<View>,
    /// `[latent + 1]`: which dimensions exceed their free bits, and Σ_j max(λ, KL_j) in nats.
    pub gate: Option<View>,
    /// `[batch, ⌈pixels / 64⌉]`: parts of −log p(x|z) in nats (latent gradient only).
    pub partial: Option<View>,
    /// `[batch, pixels]`: weight of each pixel in the loss (latent gradient only).
    pub mask: Option<View>,
    /// `[batch, latent]`: gradient with respect to z (latent gradient only).
    pub dz: Option<View>,
    /// `[batch, 2·latent]`: weights of μ and log σ² (input gradient only).
    pub dstats: Option<View>,
    /// `[batch, pixels]`: gradient with respect to the images (input gradient only).
    pub dx: Option<View>,
}

/// Operations with fixed shapes, and the buffers they run over.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Most images in one step.
    pub batch: u32,
    /// Entries of the metrics ring: most steps whose losses can be waiting to be read.
    pub slots: u32,
    /// Length of the parameter arena.
    pub params: u32,
    /// In order of execution.
    pub ops: Vec<Op>,
    /// The parts of `ops`.
    pub phases: Phases,
    /// Numbered by [`Space::Local`](crate::op::Space::Local).
    pub buffers: Vec<BufferDesc>,
    /// What the host reads and writes.
    pub ports: Ports,
}

impl Plan {
    /// Compiles `spec` for up to `batch` images a step and `slots` steps between readings of the metrics.
    ///
    /// # Errors
    /// [`Error::InvalidSpec`] for a bad spec, [`Error::InvalidArgument`] for a batch of 0 or over
    /// [`MAX_BATCH`], or for an optimiser setting out of range.
    pub fn new(spec: &VaeSpec, goal: &Goal, input: Input, batch: u32, slots: u32) -> Result<Self> {
        let layout = Layout::new(spec)?;
        if batch == 0 || batch > MAX_BATCH {
            return Err(Error::argument("batch", format!("{batch}, expected 1 to {MAX_BATCH}")));
        }
        if slots == 0 {
            return Err(Error::argument("slots", "0, expected at least 1"));
        }
        if let Goal::Train(optimizer, _) = goal {
            optimizer.validate()?;
        }
        if let Goal::Train(_, objective) | Goal::Evaluate(objective) | Goal::Gradients(objective) = goal {
            objective.validate()?;
        }
        let samples = goal.samples();
        if samples == 0 || samples > MAX_SAMPLES {
            return Err(Error::argument("samples", format!("{samples}, expected 1 to {MAX_SAMPLES}")));
        }
        let widest = widest(spec, samples);
        if u64::from(batch) * widest > MAX_TENSOR {
            let problem = format!(
                "{batch} images with {samples} draws each, {widest} values an image, need more than 128 MiB"
            );
            return Err(Error::argument("batch", problem));
        }
        let mut b = Builder::new(spec, &layout, batch, slots, samples)?;
        b.goal(goal, input);
        let values: u64 = b.plan.buffers.iter().map(|buffer| u64::from(buffer.len)).sum();
        if values > MAX_VALUES {
            let problem = format!(
                "{batch} images need {} MiB of working memory, expected at most {}",
                values >> 18,
                MAX_VALUES >> 18
            );
            return Err(Error::argument("batch", problem));
        }
        Ok(b.plan)
    }

    /// Floating-point operations of one step with `rows` images in matrix products.
    #[must_use]
    pub fn flops(&self, rows: u32) -> u64 {
        self.ops.iter().map(|op| op.flops(rows)).sum()
    }

    /// The operation that sums up a step's losses; empty where the goal has none.
    #[must_use]
    pub fn losses(&self) -> Range<usize> {
        let update = &self.phases.update;
        update.end.saturating_sub(1).max(update.start)..update.end
    }
}
