//! Operations of layers: products, convolutions, activations, and their gradients.

use super::View;
use crate::spec::{Activation, Geometry};

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

/// One product of a [`LinearGradWeight`].
#[derive(Debug, Clone, PartialEq)]
pub struct WeightGradient {
    /// `[M, K]`: the product's input.
    pub x: View,
    /// `[M, N]`: gradient with respect to its output.
    pub delta: View,
    /// `[N, K]` in [`Space::Grads`](super::Space::Grads), written: deltaᵀ·x.
    pub weight: View,
    /// `[N]` in [`Space::Grads`](super::Space::Grads), written: column sums of delta.
    pub bias: View,
    /// K.
    pub inputs: u32,
    /// N.
    pub outputs: u32,
    /// Rows per image.
    pub samples: u32,
}

/// Weight and bias gradients of up to [`GROUP`](super::GROUP) products in one dispatch.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearGradWeight {
    /// The products.
    pub products: Vec<WeightGradient>,
}

/// What is done to each sum of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Epilogue {
    /// activation(sum + side), side being `[channels]` of the result: a layer.
    Forward(Activation),
    /// sum · activation′(side), side shaped as the result: a gradient on its way back through the activation
    /// that made a layer's input. `side` is the activation's value, or what went into it where the value does
    /// not tell; not read for identity.
    Backward(Activation),
}

/// y = epilogue(x ⋆ W), a cross-correlation from the large image to the small one: a convolutional layer, or the
/// gradient with respect to the input of a transposed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// `[M, large]`
    pub x: View,
    /// `[small.channels, large.channels, kernel, kernel]`
    pub weight: View,
    /// What the epilogue reads.
    pub side: View,
    /// `[M, small]`, written.
    pub y: View,
    /// The two images.
    pub geometry: Geometry,
    /// Rows per image.
    pub samples: u32,
    /// What is done to each sum.
    pub epilogue: Epilogue,
}

/// y = epilogue(xᵀ ⋆ W), the transpose of [`Conv`], from the small image to the large one: a transposed
/// convolutional layer, or the gradient with respect to the input of a convolutional one.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvTranspose {
    /// `[M, small]`
    pub x: View,
    /// `[small.channels, large.channels, kernel, kernel]`
    pub weight: View,
    /// What the epilogue reads.
    pub side: View,
    /// `[M, large]`, written.
    pub y: View,
    /// The two images.
    pub geometry: Geometry,
    /// Rows per image.
    pub samples: u32,
    /// What is done to each sum.
    pub epilogue: Epilogue,
}

/// dW of a convolution or its transpose in parts: slice i sums rows i·⌈M/slices⌉ up to (i+1)·⌈M/slices⌉ of
/// Σ small[c, y, x] · large[d, y·stride − padding + ky, x·stride − padding + kx]; slices without rows are zero.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvGradWeight {
    /// `[M, large]`: a convolution's input, or the gradient with respect to a transposed one's output.
    pub large: View,
    /// `[M, small]`: the gradient with respect to a convolution's output, or a transposed one's input.
    pub small: View,
    /// `[slices, small.channels, large.channels, kernel, kernel]`, written.
    pub partial: View,
    /// The two images.
    pub geometry: Geometry,
    /// Rows per image.
    pub samples: u32,
    /// Parts, so that there is enough to share out; their number never depends on the machine.
    pub slices: u32,
}

/// sum = Σ of the slices of `partial`, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct SumSlices {
    /// `[slices, len]`
    pub partial: View,
    /// `[len]`, written.
    pub sum: View,
    /// Number of slices.
    pub slices: u32,
}

/// db = Σ over rows and pixels of `delta`, per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvGradBias {
    /// `[M, channels, area]`: gradient with respect to a layer's output.
    pub delta: View,
    /// `[channels]` in [`Space::Grads`](super::Space::Grads), written.
    pub bias: View,
    /// Channels of the output.
    pub channels: u32,
    /// Pixels of one channel.
    pub area: u32,
    /// Rows per image.
    pub samples: u32,
}
