//! Convolutions and their transposes: either one's gradient with respect to its input is the other.

use crate::op::{Conv, ConvGradBias, ConvGradWeight, ConvTranspose, Epilogue, Op, Space, SumSlices, View};
use crate::params::Block;
use crate::plan::Builder;
use crate::spec::{Activation, Geometry, Transform};

/// Most parts of a weight gradient: enough to share out over threads and workgroups.
const MOST_SLICES: u32 = 16;
/// Most values of all parts of a weight gradient together, where there is more than one.
const SLICED_VALUES: u32 = 1 << 20;

/// One layer with an activation that its value tells the derivative of.
pub(crate) fn forward(
    b: &mut Builder<'_>,
    x: View,
    block: &Block,
    activation: Activation,
    samples: u32,
) -> View {
    let y = b.rows("hidden", block.outputs, samples);
    let (weight, side, epilogue) = (block.weight, block.bias, Epilogue::Forward(activation));
    match block.transform {
        Transform::Conv(geometry) => {
            b.push(Op::Conv(Conv { x, weight, side, y, geometry, samples, epilogue }));
        }
        Transform::ConvTranspose(geometry) => {
            b.push(Op::ConvTranspose(ConvTranspose { x, weight, side, y, geometry, samples, epilogue }));
        }
        Transform::Linear => unreachable!("a product is no convolution"),
    }
    y
}

/// Gradient with respect to the layer's input, through the activation that made it.
pub(crate) fn input_gradient(
    b: &mut Builder<'_>,
    delta: View,
    block: &Block,
    side: View,
    activation: Activation,
    samples: u32,
) -> View {
    let y = b.rows("delta", block.inputs, samples);
    let (x, weight, epilogue) = (delta, block.weight, Epilogue::Backward(activation));
    match block.transform {
        Transform::Conv(geometry) => {
            b.push(Op::ConvTranspose(ConvTranspose { x, weight, side, y, geometry, samples, epilogue }));
        }
        Transform::ConvTranspose(geometry) => {
            b.push(Op::Conv(Conv { x, weight, side, y, geometry, samples, epilogue }));
        }
        Transform::Linear => unreachable!("a product is no convolution"),
    }
    y
}

/// Weight and bias gradient; `delta` is whichever of the two images the layer put out.
pub(crate) fn weight_gradient(
    b: &mut Builder<'_>,
    large: View,
    small: View,
    delta: View,
    geometry: Geometry,
    block: &Block,
    samples: u32,
) {
    let slices = (SLICED_VALUES / geometry.weight()).clamp(1, MOST_SLICES).min(b.plan.batch * samples);
    let partial = b.buffer("partial weights", slices * geometry.weight());
    b.push(Op::ConvGradWeight(ConvGradWeight { large, small, partial, geometry, samples, slices }));
    let sum = block.weight.within(Space::Grads);
    b.push(Op::SumSlices(SumSlices { partial, sum, slices }));
    let bias = block.bias.within(Space::Grads);
    let (channels, area) = (bias.len, block.outputs / bias.len);
    b.push(Op::ConvGradBias(ConvGradBias { delta, bias, channels, area, samples }));
}
