//! Activations and their derivatives over many values.
//!
//! Every op calls these same loops: a copy of all of them for each op would be a tenth of the browser's program.

use super::math::{elu, exp, gelu, leaky_relu, normal, relu, sigmoid, silu, softplus, tanh};
use super::simd::{Isa, Task};
use crate::spec::Activation;

/// Values that a loop runs over; the last, smaller block is padded, so that one loop is enough.
const BLOCK: usize = 64;
type Block = [f32; BLOCK];
/// Values of a loop that is short enough to be unrolled.
const LANES: usize = 16;

/// values = values + bias, which has as many.
#[inline(never)]
pub(super) fn add(isa: Isa, values: &mut [f32], bias: &[f32]) {
    isa.run(Add { values, bias });
}

/// values = activation(values)
#[inline(never)]
pub(super) fn activate(isa: Isa, activation: Activation, values: &mut [f32]) {
    isa.run(Forward { activation, values });
}

/// gradients = gradients · activation′, which is told from `saved`: the activation's value or, where that does not
/// tell, its argument.
#[inline(never)]
pub(super) fn activate_grad(isa: Isa, activation: Activation, gradients: &mut [f32], saved: &[f32]) {
    isa.run(Backward { activation, gradients, saved });
}

struct Add<'a> {
    values: &'a mut [f32],
    bias: &'a [f32],
}

impl Task for Add<'_> {
    #[inline(always)]
    fn run(self) {
        let (values, last) = self.values.as_chunks_mut::<LANES>();
        let (bias, last_bias) = self.bias.as_chunks::<LANES>();
        for (values, bias) in values.iter_mut().zip(bias) {
            for (value, bias) in values.iter_mut().zip(bias) {
                *value += bias;
            }
        }
        for (value, bias) in last.iter_mut().zip(last_bias) {
            *value += bias;
        }
    }
}

struct Forward<'a> {
    activation: Activation,
    values: &'a mut [f32],
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run(self) {
        match self.activation {
            Activation::Identity => {}
            Activation::Relu => self.with(relu),
            Activation::LeakyRelu => self.with(leaky_relu),
            Activation::Tanh => self.with(tanh),
            Activation::Sigmoid => self.with(sigmoid),
            Activation::Softplus => self.with(softplus),
            Activation::Gelu => self.with(gelu),
            Activation::Silu => self.with(silu),
            Activation::Elu => self.with(elu),
        }
    }
}

impl Forward<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32) {
        let mut padded = [0.0; BLOCK];
        for values in self.values.chunks_mut(BLOCK) {
            for value in block(values, &mut padded) {
                *value = f(*value);
            }
            unpad(values, &padded);
        }
    }
}

struct Backward<'a> {
    activation: Activation,
    gradients: &'a mut [f32],
    saved: &'a [f32],
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run(self) {
        match self.activation {
            Activation::Identity => {}
            Activation::Relu => self.with(|y| if y > 0.0 { 1.0 } else { 0.0 }),
            Activation::LeakyRelu => self.with(|y| if y > 0.0 { 1.0 } else { 0.01 }),
            Activation::Tanh => self.with(|y| 1.0 - y * y),
            Activation::Sigmoid => self.with(|y| y * (1.0 - y)),
            Activation::Softplus => self.with(|y| {
                // sigmoid of the argument is 1 − e⁻ʸ, whose difference cancels for small y.
                let series = y * (1.0 - y * (0.5 - y * (1.0 / 6.0 - y * (1.0 / 24.0))));
                if y < 0.05 { series } else { 1.0 - exp(-y) }
            }),
            Activation::Gelu => self.with(|x| {
                let (distribution, density) = normal(x);
                // Far out 0·∞ would be NaN.
                distribution + if x.abs() < 20.0 { x * density } else { 0.0 }
            }),
            Activation::Silu => self.with(|x| {
                let s = sigmoid(x);
                s + if x.abs() < 100.0 { x * s * (1.0 - s) } else { 0.0 }
            }),
            Activation::Elu => self.with(|y| if y > 0.0 { 1.0 } else { 1.0 + y }),
        }
    }
}

impl Backward<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32) {
        let (mut padded, mut padded_saved) = ([0.0; BLOCK], [0.0; BLOCK]);
        for (gradients, saved) in self.gradients.chunks_mut(BLOCK).zip(self.saved.chunks(BLOCK)) {
            if saved.len() < BLOCK {
                padded_saved[..saved.len()].copy_from_slice(saved);
            }
            let saved: &Block = saved.try_into().unwrap_or(&padded_saved);
            for (gradient, &saved) in block(gradients, &mut padded).iter_mut().zip(saved) {
                *gradient *= f(saved);
            }
            unpad(gradients, &padded);
        }
    }
}

/// `values` themselves where they are a whole block, else a copy of them in `padded`.
#[inline(always)]
fn block<'a>(values: &'a mut [f32], padded: &'a mut Block) -> &'a mut Block {
    if values.len() < BLOCK {
        padded[..values.len()].copy_from_slice(values);
    }
    values.try_into().unwrap_or(padded)
}

/// Puts back what [`block`] copied.
#[inline(always)]
fn unpad(values: &mut [f32], padded: &Block) {
    if values.len() < BLOCK {
        values.copy_from_slice(&padded[..values.len()]);
    }
}
