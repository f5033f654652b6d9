//! Layers as emitters of operations, forward beside backward.

pub(crate) mod conv;
pub(crate) mod linear;
pub(crate) mod reparam;

use crate::op::{Activate, Op, View, WeightGradient};
use crate::params::Block;
use crate::plan::{Builder, Saved};
use crate::spec::{Activation, Transform};

/// A layer with its activation; activations whose gradient needs their argument get an op of their own.
pub(crate) fn forward(
    b: &mut Builder<'_>,
    x: View,
    block: &Block,
    activation: Activation,
    samples: u32,
) -> Saved {
    let fused = if activation.gradient_from_output() { activation } else { Activation::Identity };
    let y = match block.transform {
        Transform::Linear => linear::forward(b, x, block, fused, samples),
        Transform::Conv(_) | Transform::ConvTranspose(_) => conv::forward(b, x, block, fused, samples),
    };
    if fused == activation {
        return Saved { y, saved: y, activation };
    }
    let activated = b.rows("activated", block.outputs, samples);
    b.push(Op::Activate(Activate { x: y, y: activated, width: block.outputs, samples, activation }));
    Saved { y: activated, saved: y, activation }
}

/// Gradient with respect to a layer's input, taken back through the activation that made it.
pub(crate) fn input_gradient(
    b: &mut Builder<'_>,
    delta: View,
    block: &Block,
    input: &Saved,
    samples: u32,
) -> View {
    // Identity reads nothing; binding delta twice keeps the shader's bindings the same for all.
    let saved = if input.activation == Activation::Identity { delta } else { input.saved };
    match block.transform {
        Transform::Linear => linear::input_gradient(b, delta, block, saved, input.activation, samples),
        Transform::Conv(_) | Transform::ConvTranspose(_) => {
            conv::input_gradient(b, delta, block, saved, input.activation, samples)
        }
    }
}

/// Weight and bias gradient of one layer; those of products are left in `products`, to be grouped.
pub(crate) fn weight_gradient(
    b: &mut Builder<'_>,
    x: View,
    delta: View,
    block: &Block,
    samples: u32,
    products: &mut Vec<WeightGradient>,
) {
    match block.transform {
        Transform::Linear => products.push(linear::weight_gradient(x, delta, block, samples)),
        Transform::Conv(g) => conv::weight_gradient(b, x, delta, delta, g, block, samples),
        Transform::ConvTranspose(g) => conv::weight_gradient(b, delta, x, delta, g, block, samples),
    }
}
