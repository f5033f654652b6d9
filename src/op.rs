//! The operations a network is compiled to, with the buffers each one touches.
//!
//! Every variant of [`Op`] has one WGSL kernel `shaders/NAME.wgsl` and one CPU twin `src/cpu/NAME.rs`;
//! both executors `match` exhaustively, so a missing twin does not compile.
//!
//! Conventions: matrices are row-major; *rows* are the images of the current step,
//! `Step::rows × samples` of them (a plan's capacity may be larger; rows past it hold anything and are
//! never read by a reduction). A gradient buffer holds the gradient of the *mean over the whole batch*,
//! so slices of a batch add up.

use crate::spec::{Activation, Likelihood};

/// Which images of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The images to train on.
    Train,
    /// The held-out images.
    Test,
}

/// Which memory a [`View`] points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Space {
    /// The parameters, laid out by [`crate::params::Layout`].
    Params,
    /// Their gradients, same layout.
    Grads,
    /// The optimiser's first state (momentum, mean of gradients), same layout.
    Moment1,
    /// The optimiser's second state (mean of squared gradients), same layout.
    Moment2,
    /// The pixels of a split, one byte each, four to a word; read-only to every op.
    Images(Split),
    /// The order (u32 indices) in which a split is visited; read-only to every op.
    Order(Split),
    /// A plan's own buffer, by its index in [`crate::plan::Plan::buffers`].
    Local(u16),
}

/// A range of 32-bit values in one memory. Offsets are multiples of 64 values wherever a kernel binds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    /// The memory.
    pub space: Space,
    /// First value.
    pub offset: u32,
    /// Number of values.
    pub len: u32,
}

impl View {
    /// The same range in another memory with the same layout (a parameter's gradient, its moments).
    #[must_use]
    pub const fn within(self, space: Space) -> Self {
        Self { space, ..self }
    }

    /// The range as indices.
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.offset as usize..(self.offset + self.len) as usize
    }
}

/// What changes from step to step; everything else is fixed when a plan is compiled.
///
/// Mirrors `struct Step` in `shaders/lib/step.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Step {
    /// Images in this step; at most the plan's batch.
    pub rows: u32,
    /// Place of this slice's first image within the whole batch: noise belongs to the whole batch.
    pub row_offset: u32,
    /// First entry of the split's order to visit.
    pub first: u32,
    /// Entry of the metrics ring to write.
    pub slot: u32,
    /// Folded seed of all noise.
    pub seed: u32,
    /// Counter of the noise: the optimiser's step, or a counter of its own in evaluation.
    pub step: u32,
    /// Factor of the reparameterisation's noise: 1, or 0 to decode the mean.
    pub noise: f32,
    /// Weight of the KL divergence in the objective.
    pub beta: f32,
    /// 1 / images in the whole batch (all slices).
    pub inv_batch: f32,
    /// Learning rate.
    pub learning_rate: f32,
    /// Adam's 1 − β₁ᵗ.
    pub bias1: f32,
    /// Adam's 1 − β₂ᵗ.
    pub bias2: f32,
    /// Keeps the block at 64 bytes.
    pub pad: [u32; 4],
}

/// Values per entry of the metrics ring: reconstruction, KL, squared gradient norm, images.
pub const METRICS: u32 = 4;
/// Columns of logits whose loss is summed into one partial value.
pub const LOSS_COLUMNS: u32 = 64;
/// Partial sums of the squared gradient norm.
pub const NORM_PARTIALS: u32 = 256;
/// Products whose weight gradients one dispatch computes.
pub const GROUP: usize = 16;

/// x = pixels / 255 of the images `order[first..first+rows]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    /// All pixels of the split, bytes in words.
    pub images: View,
    /// The order of visiting.
    pub order: View,
    /// `[rows, pixels]`, written.
    pub x: View,
    /// Values in one image.
    pub pixels: u32,
}

/// y = activation(x·Wᵀ + b): M×N×K with M = rows · samples, N = `outputs`, K = `inputs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// `[M, K]`.
    pub x: View,
    /// `[N, K]`.
    pub weight: View,
    /// `[N]`.
    pub bias: View,
    /// `[M, N]`, written.
    pub y: View,
    /// K.
    pub inputs: u32,
    /// N.
    pub outputs: u32,
    /// Rows per image.
    pub samples: u32,
    /// Applied to the sum.
    pub activation: Activation,
}

/// y = activation(x), for activations whose gradient needs x.
#[derive(Debug, Clone, PartialEq)]
pub struct Activate {
    /// `[M, width]`.
    pub x: View,
    /// `[M, width]`, written.
    pub y: View,
    /// Columns.
    pub width: u32,
    /// Rows per image.
    pub samples: u32,
    /// The function.
    pub activation: Activation,
}

/// z = μ + noise · exp(½ log σ²) · ε (Kingma and Welling, 2014) and the KL divergence to the unit normal
/// per row, ½ Σ (μ² + σ² − 1 − log σ²).
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
}

/// Logits x·Wᵀ + b, the negative log-likelihood of `target` under them summed over blocks of
/// [`LOSS_COLUMNS`] pixels, and its gradient with respect to the logits, times `inv_batch` / samples.
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

/// dx = (dy·W) ∘ activation′: M×K×N, the gradient with respect to a product's input and through the
/// activation that made this input.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearGradInput {
    /// `[M, N]`.
    pub delta: View,
    /// `[N, K]`.
    pub weight: View,
    /// `[M, K]`: the activation's value, or what went into it where the value does not tell
    /// ([`Activation::gradient_from_output`]). Not read for identity.
    pub saved: View,
    /// `[M, K]`, written.
    pub dx: View,
    /// K.
    pub inputs: u32,
    /// N.
    pub outputs: u32,
    /// Rows per image.
    pub samples: u32,
    /// The activation to go back through.
    pub activation: Activation,
}

/// Gradients of reparameterisation and β·KL: dμ = Σ_s dz + β·μ/B, dlog σ² = Σ_s ½ dz (z − μ) + β·½(σ² − 1)/B.
#[derive(Debug, Clone, PartialEq)]
pub struct ReparamGrad {
    /// `[rows, 2·latent]`.
    pub stats: View,
    /// `[rows·samples, latent]`.
    pub z: View,
    /// `[rows·samples, latent]`.
    pub dz: View,
    /// `[rows, 2·latent]`, written.
    pub dstats: View,
    /// Dimensions of z.
    pub latent: u32,
    /// Draws of z per image.
    pub samples: u32,
}

/// One product of a [`LinearGradWeight`].
#[derive(Debug, Clone, PartialEq)]
pub struct WeightGradient {
    /// `[M, K]`: the product's input.
    pub x: View,
    /// `[M, N]`: gradient with respect to its output.
    pub delta: View,
    /// `[N, K]` in [`Space::Grads`], written: deltaᵀ·x.
    pub weight: View,
    /// `[N]` in [`Space::Grads`], written: column sums of delta.
    pub bias: View,
    /// K.
    pub inputs: u32,
    /// N.
    pub outputs: u32,
    /// Rows per image.
    pub samples: u32,
}

/// Weight and bias gradients of up to [`GROUP`] products in one dispatch.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearGradWeight {
    /// The products.
    pub products: Vec<WeightGradient>,
}

/// [`NORM_PARTIALS`] partial sums of the squared gradient norm.
#[derive(Debug, Clone, PartialEq)]
pub struct GradNorm {
    /// All gradients.
    pub grads: View,
    /// `[256]`, written.
    pub partial: View,
}

/// What the three optimisers share.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// All gradients.
    pub grads: View,
    /// `[256]` partial sums from [`GradNorm`]; read only where `max_norm` > 0.
    pub norm: View,
    /// All parameters, updated.
    pub params: View,
    /// First state, updated.
    pub moment1: View,
    /// Second state, updated.
    pub moment2: View,
    /// Gradients are scaled by min(1, max_norm / (‖g‖ + 10⁻⁶)), as `clip_grad_norm_`; 0 switches it off.
    pub max_norm: f32,
    /// Added to the gradient times the parameter (PyTorch's L2 penalty).
    pub weight_decay: f32,
    /// SGD: momentum. RMSProp: smoothing α. Adam: β₁.
    pub a: f32,
    /// RMSProp: momentum. Adam: β₂.
    pub b: f32,
    /// Added to the denominator.
    pub epsilon: f32,
}

/// Sums the losses: per row, and as one entry of the metrics ring (means over the whole batch).
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// `[M, columns]` from [`LinearLoss`].
    pub partial: View,
    /// `[rows]` from [`Reparam`].
    pub kl: View,
    /// `[256]` from [`GradNorm`]; read only where `clipped`.
    pub norm: View,
    /// `[M]` in nats, written: reconstruction per row.
    pub recon: View,
    /// `[slots, 4]`, entry `Step::slot` written: Σ recon·inv_batch/samples, Σ kl·inv_batch, ‖g‖², rows.
    pub ring: View,
    /// Partial values per row.
    pub columns: u32,
    /// Rows per image.
    pub samples: u32,
    /// Whether the plan computes the gradient norm.
    pub clipped: bool,
}

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
            Self::ReparamGrad(o) => vec![read(o.stats), read(o.z), read(o.dz), write(o.dstats)],
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
                vec![read(o.partial), read(o.kl), read(o.norm), write(o.recon), write(o.ring)]
            }
        }
    }

    /// Floating-point operations of one step with `rows` images, counting a multiply-add as two; only
    /// matrix products count.
    #[must_use]
    pub fn flops(&self, rows: u32) -> u64 {
        let product =
            |n: u32, k: u32, samples: u32| 2 * u64::from(rows * samples) * u64::from(n) * u64::from(k);
        match self {
            Self::Linear(o) => product(o.outputs, o.inputs, o.samples),
            Self::LinearLoss(o) => product(o.outputs, o.inputs, o.samples),
            Self::LinearGradInput(o) => product(o.outputs, o.inputs, o.samples),
            Self::LinearGradWeight(o) => {
                o.products.iter().map(|p| product(p.outputs, p.inputs, p.samples)).sum()
            }
            _ => 0,
        }
    }
}
