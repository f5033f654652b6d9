//! The linear layer: y = activation(x·Wᵀ + b).

use crate::op::{GROUP, Linear, LinearGradInput, LinearGradWeight, Op, Space, View, WeightGradient};
use crate::params::Block;
use crate::plan::Builder;
use crate::spec::Activation;

/// One product with an activation that its value tells the derivative of.
pub(crate) fn forward(
    b: &mut Builder<'_>,
    x: View,
    block: &Block,
    activation: Activation,
    samples: u32,
) -> View {
    let y = b.rows("hidden", block.outputs, samples);
    b.push(Op::Linear(Linear {
        x,
        weight: block.weight,
        bias: block.bias,
        y,
        inputs: block.inputs,
        outputs: block.outputs,
        samples,
        activation,
    }));
    y
}

/// Gradient with respect to the product's input, taken back through the activation that made it.
pub(crate) fn input_gradient(
    b: &mut Builder<'_>,
    delta: View,
    block: &Block,
    saved: View,
    activation: Activation,
    samples: u32,
) -> View {
    let dx = b.rows("delta", block.inputs, samples);
    b.push(Op::LinearGradInput(LinearGradInput {
        delta,
        weight: block.weight,
        saved,
        dx,
        inputs: block.inputs,
        outputs: block.outputs,
        samples,
        activation,
    }));
    dx
}

/// Weight and bias gradient of one product, to be grouped.
pub(crate) fn weight_gradient(x: View, delta: View, block: &Block, samples: u32) -> WeightGradient {
    WeightGradient {
        x,
        delta,
        weight: block.weight.within(Space::Grads),
        bias: block.bias.within(Space::Grads),
        inputs: block.inputs,
        outputs: block.outputs,
        samples,
    }
}

/// All weight gradients in as few operations as the group size allows.
pub(crate) fn weight_gradients(b: &mut Builder<'_>, products: Vec<WeightGradient>) {
    for group in products.chunks(GROUP) {
        b.push(Op::LinearGradWeight(LinearGradWeight { products: group.to_vec() }));
    }
}
