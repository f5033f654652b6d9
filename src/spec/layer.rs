//! Layers, activations and likelihoods as a spec names them.

use serde::{Deserialize, Serialize};

use super::fields::{LayerFields, LikelihoodFields};

/// An elementwise function after a layer. The discriminants are what the shaders switch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum Activation {
    /// x
    #[default]
    Identity = 0,
    /// max(0, x); its gradient at 0 is 0, as in PyTorch.
    Relu = 1,
    /// x for x > 0, else 0.01·x.
    LeakyRelu = 2,
    /// tanh x
    Tanh = 3,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid = 4,
    /// ln(1 + eˣ)
    Softplus = 5,
    /// x·Φ(x), the exact form with the error function (Hendrycks and Gimpel, 2016).
    Gelu = 6,
    /// x·sigmoid(x) (Elfwing et al., 2017).
    Silu = 7,
    /// x for x > 0, else eˣ − 1 (Clevert et al., 2016, with α = 1).
    Elu = 8,
}

impl Activation {
    /// All of them, for tests and for menus.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Relu,
        Self::LeakyRelu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Softplus,
        Self::Gelu,
        Self::Silu,
        Self::Elu,
    ];

    /// Whether the derivative can be told from the function's value alone, so that the value before
    /// the activation need not be kept. False for the two that are not monotonic.
    #[must_use]
    pub const fn gradient_from_output(self) -> bool {
        !matches!(self, Self::Gelu | Self::Silu)
    }
}

/// One layer of the encoder or the decoder. Images are laid out channel by channel, row by row (PyTorch's NCHW).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", try_from = "LayerFields")]
#[non_exhaustive]
pub enum LayerSpec {
    /// y = activation(x·Wᵀ + b), W of shape `[units, inputs]` as in PyTorch's `nn.Linear`; flattens its input.
    Linear {
        /// Values that come out.
        units: u32,
        /// What follows the sum.
        activation: Activation,
    },
    /// A cross-correlation, W of shape `[channels, inputs, kernel, kernel]` as in PyTorch's `nn.Conv2d`.
    #[serde(rename = "conv2d")]
    Conv2d {
        /// Channels that come out.
        channels: u32,
        /// Side of the square kernel.
        kernel: u32,
        /// Step between neighbouring outputs, in pixels of the input.
        stride: u32,
        /// Zeros around the input.
        padding: u32,
        /// What follows the sum.
        activation: Activation,
    },
    /// The transpose of a convolution, W of shape `[inputs, channels, kernel, kernel]` as in PyTorch's
    /// `nn.ConvTranspose2d`.
    #[serde(rename = "conv_transpose2d")]
    ConvTranspose2d {
        /// Channels that come out.
        channels: u32,
        /// Side of the square kernel.
        kernel: u32,
        /// Step between the places where neighbouring inputs are added, in pixels of the output.
        stride: u32,
        /// Pixels cut off around the output.
        padding: u32,
        /// Rows and columns added at the output's end, where the stride leaves its size open.
        output_padding: u32,
        /// What follows the sum.
        activation: Activation,
    },
    /// The same values as an image of another shape.
    Reshape {
        /// Colour channels.
        channels: u32,
        /// Rows of pixels.
        height: u32,
        /// Columns of pixels.
        width: u32,
    },
    /// The same values as one row.
    Flatten {},
}

/// p(x|z): how a decoder's output is compared with the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "LikelihoodFields")]
#[non_exhaustive]
pub enum Likelihood {
    /// log p = Σ x·l − softplus(l) from logits l; x may be grey (soft targets).
    Bernoulli {},
    /// log p = −Σ [(x − x̂)²/(2σ²) + ½·ln(2πσ²)] with a fixed σ. Plain summed squared error is σ² = ½.
    Gaussian {
        /// The standard deviation, in units of the pixels' [0, 1].
        sigma: f32,
    },
}
