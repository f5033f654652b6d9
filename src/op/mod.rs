//! The operations a network is compiled to, with the buffers each one touches.
//!
//! Every variant of [`Op`] has one WGSL kernel `shaders/NAME.wgsl` and one CPU twin `src/cpu/NAME.rs`;
//! both executors `match` exhaustively, so a missing twin does not compile.
//!
//! Conventions: matrices are row-major; *rows* are the images of the current step, `Step::rows`, and M is
//! rows × `samples`, the draws of z of one image being neighbours (a plan's capacity may be larger; rows past
//! it hold anything and are never read by a reduction). A gradient buffer holds the gradient of the *mean over
//! the whole batch*, so slices of a batch add up.

use crate::spec::Geometry;

mod input;
mod layer;
mod objective;
mod update;
mod view;

pub use input::{Condition, ConditionGrad, Gather, GatherLabels};
pub use layer::{
    Activate, Conv, ConvGradBias, ConvGradWeight, ConvTranspose, Epilogue, Linear, LinearGradInput,
    LinearGradWeight, SumSlices, WeightGradient,
};
pub use objective::{
    FreeBits, ImportanceWeights, IwaeGrad, LinearLoss, Loss, Metrics, Reparam, ReparamGrad, ScaleRows, Total,
};
pub use update::{GradNorm, Update};
pub use view::{Space, Split, Step, View};

/// Values per entry of the metrics ring: reconstruction, KL, squared gradient norm, images, objective.
pub const METRICS: u32 = 5;
/// Columns of logits whose loss is summed into one partial value.
pub const LOSS_COLUMNS: u32 = 64;
/// Partial sums of the squared gradient norm.
pub const NORM_PARTIALS: u32 = 256;
/// Products whose weight gradients one dispatch computes.
pub const GROUP: usize = 16;

/// One operation of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// See [`Gather`].
    Gather(Gather),
    /// See [`Linear`].
    Linear(Linear),
    /// See [`Activate`].
    Activate(Activate),
    /// See [`Reparam`].
    Reparam(Reparam),
    /// See [`LinearLoss`].
    LinearLoss(LinearLoss),
    /// See [`LinearGradInput`].
    LinearGradInput(LinearGradInput),
    /// See [`ReparamGrad`].
    ReparamGrad(ReparamGrad),
    /// See [`LinearGradWeight`].
    LinearGradWeight(LinearGradWeight),
    /// See [`GradNorm`].
    GradNorm(GradNorm),
    /// m = a·m + g; p −= lr·m.
    Sgd(Update),
    /// v = a·v + (1−a)g²; m = b·m + g/(√v + ε); p −= lr·m (Tieleman and Hinton, 2012, as in PyTorch).
    RmsProp(Update),
    /// Kingma and Ba, 2015, as in PyTorch.
    Adam(Update),
    /// See [`Metrics`].
    Metrics(Metrics),
    /// See [`GatherLabels`].
    GatherLabels(GatherLabels),
    /// See [`Condition`].
    Condition(Condition),
    /// See [`ConditionGrad`].
    ConditionGrad(ConditionGrad),
    /// See [`Conv`].
    Conv(Conv),
    /// See [`ConvTranspose`].
    ConvTranspose(ConvTranspose),
    /// See [`ConvGradWeight`].
    ConvGradWeight(ConvGradWeight),
    /// See [`SumSlices`].
    SumSlices(SumSlices),
    /// See [`ConvGradBias`].
    ConvGradBias(ConvGradBias),
    /// See [`Loss`].
    Loss(Loss),
    /// See [`FreeBits`].
    FreeBits(FreeBits),
    /// See [`ImportanceWeights`].
    ImportanceWeights(ImportanceWeights),
    /// See [`ScaleRows`].
    ScaleRows(ScaleRows),
    /// See [`IwaeGrad`].
    IwaeGrad(IwaeGrad),
}

/// A view and how an op uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The memory.
    pub view: View,
    /// Whether the op writes it (it may read it as well).
    pub written: bool,
}

const fn read(view: View) -> Binding {
    Binding { view, written: false }
}

const fn write(view: View) -> Binding {
    Binding { view, written: true }
}

impl Op {
    /// The name shared by the shader file and the CPU module.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Gather(_) => "gather",
            Self::Linear(_) => "linear",
            Self::Activate(_) => "activate",
            Self::Reparam(_) => "reparam",
            Self::LinearLoss(_) => "linear_loss",
            Self::LinearGradInput(_) => "linear_grad_input",
            Self::ReparamGrad(_) => "reparam_grad",
            Self::LinearGradWeight(_) => "linear_grad_weight",
            Self::GradNorm(_) => "grad_norm",
            Self::Sgd(_) => "sgd",
            Self::RmsProp(_) => "rmsprop",
            Self::Adam(_) => "adam",
            Self::Metrics(_) => "metrics",
            Self::GatherLabels(_) => "gather_labels",
            Self::Condition(_) => "condition",
            Self::ConditionGrad(_) => "condition_grad",
            Self::Conv(_) => "conv",
            Self::ConvTranspose(_) => "conv_transpose",
            Self::ConvGradWeight(_) => "conv_grad_weight",
            Self::SumSlices(_) => "sum_slices",
            Self::ConvGradBias(_) => "conv_grad_bias",
            Self::Loss(_) => "loss",
            Self::FreeBits(_) => "free_bits",
            Self::ImportanceWeights(_) => "importance_weights",
            Self::ScaleRows(_) => "scale_rows",
            Self::IwaeGrad(_) => "iwae_grad",
        }
    }

    /// Everything the op touches, in the order of its shader's bindings.
    #[must_use]
    pub fn bindings(&self) -> Vec<Binding> {
        match self {
            Self::Gather(o) => vec![read(o.images), read(o.order), write(o.x)],
            Self::Linear(o) => vec![read(o.x), read(o.weight), read(o.bias), write(o.y)],
            Self::Activate(o) => vec![read(o.x), write(o.y)],
            Self::Reparam(o) => vec![read(o.stats), write(o.z), write(o.kl)],
            Self::LinearLoss(o) => vec![
                read(o.x),
                read(o.weight),
                read(o.bias),
                read(o.target),
                write(o.delta),
                write(o.partial),
            ],
            Self::LinearGradInput(o) => vec![read(o.delta), read(o.weight), read(o.saved), write(o.dx)],
            Self::ReparamGrad(o) => vec![read(o.stats), read(o.z), read(o.dz), read(o.gate), write(o.dstats)],
            Self::LinearGradWeight(o) => o
                .products
                .iter()
                .flat_map(|p| [read(p.x), read(p.delta), write(p.weight), write(p.bias)])
                .collect(),
            Self::GradNorm(o) => vec![read(o.grads), write(o.partial)],
            Self::Sgd(o) | Self::RmsProp(o) | Self::Adam(o) => {
                vec![read(o.grads), read(o.norm), write(o.params), write(o.moment1), write(o.moment2)]
            }
            Self::Metrics(o) => {
                vec![read(o.partial), read(o.kl), read(o.norm), read(o.extra), write(o.recon), write(o.ring)]
            }
            Self::GatherLabels(o) => vec![read(o.labels), read(o.order), write(o.y)],
            Self::Condition(o) => vec![read(o.x), read(o.labels), write(o.y)],
            Self::ConditionGrad(o) => vec![read(o.dy), write(o.dx)],
            Self::Conv(o) => vec![read(o.x), read(o.weight), read(o.side), write(o.y)],
            Self::ConvTranspose(o) => vec![read(o.x), read(o.weight), read(o.side), write(o.y)],
            Self::ConvGradWeight(o) => vec![read(o.large), read(o.small), write(o.partial)],
            Self::SumSlices(o) => vec![read(o.partial), write(o.sum)],
            Self::ConvGradBias(o) => vec![read(o.delta), write(o.bias)],
            Self::Loss(o) => {
                vec![read(o.logits), read(o.target), read(o.mask), write(o.delta), write(o.partial)]
            }
            Self::FreeBits(o) => vec![read(o.stats), write(o.gate)],
            Self::ImportanceWeights(o) => vec![
                read(o.partial),
                read(o.stats),
                read(o.z),
                write(o.log_weights),
                write(o.weights),
                write(o.bound),
            ],
            Self::ScaleRows(o) => vec![read(o.weights), write(o.values)],
            Self::IwaeGrad(o) => {
                vec![read(o.stats), read(o.z), read(o.dz), read(o.weights), write(o.dstats)]
            }
        }
    }

    /// Floating-point operations of one step with `rows` images, counting a multiply-add as two; only
    /// matrix products and convolutions count.
    #[must_use]
    pub fn flops(&self, rows: u32) -> u64 {
        let product =
            |n: u32, k: u32, samples: u32| 2 * u64::from(rows * samples) * u64::from(n) * u64::from(k);
        // Taps that fall on padding count: they are multiplied like the others.
        let convolution = |g: &Geometry, samples: u32| product(g.weight(), g.small_area(), samples);
        match self {
            Self::Linear(o) => product(o.outputs, o.inputs, o.samples),
            Self::LinearLoss(o) => product(o.outputs, o.inputs, o.samples),
            Self::LinearGradInput(o) => product(o.outputs, o.inputs, o.samples),
            Self::LinearGradWeight(o) => {
                o.products.iter().map(|p| product(p.outputs, p.inputs, p.samples)).sum()
            }
            Self::Conv(o) => convolution(&o.geometry, o.samples),
            Self::ConvTranspose(o) => convolution(&o.geometry, o.samples),
            Self::ConvGradWeight(o) => convolution(&o.geometry, o.samples),
            _ => 0,
        }
    }
}
