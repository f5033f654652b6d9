//! What is done to a convolution's sums while they are in cache.

use crate::cpu::math::{self, Apply};
use crate::cpu::simd::{Isa, Task};
use crate::op::Epilogue;
use crate::spec::Activation;

/// Applies `epilogue` to the images `y`, of which `first` lie before them, with channels of `area` pixels.
pub(super) fn finish(isa: Isa, epilogue: Epilogue, y: &mut [f32], side: &[f32], first: usize, area: usize) {
    match epilogue {
        Epilogue::Forward(activation) => isa.run(Layer { y, bias: side, area, activation }),
        Epilogue::Backward(Activation::Identity) => {}
        Epilogue::Backward(activation) => {
            let saved = &side[first..][..y.len()];
            isa.run(Gradient { y, saved, activation });
        }
    }
}

/// y = activation(y + b)
struct Layer<'a> {
    y: &'a mut [f32],
    /// One for each channel of an image.
    bias: &'a [f32],
    area: usize,
    activation: Activation,
}

impl Task for Layer<'_> {
    #[inline(always)]
    fn run(self) {
        math::activation(self.activation, self);
    }
}

impl Apply for Layer<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for image in self.y.chunks_exact_mut(self.bias.len() * self.area) {
            for (y, &bias) in image.chunks_exact_mut(self.area).zip(self.bias) {
                for y in y {
                    *y = f(*y + bias);
                }
            }
        }
    }
}

/// y = y · activation′
struct Gradient<'a> {
    y: &'a mut [f32],
    saved: &'a [f32],
    activation: Activation,
}

impl Task for Gradient<'_> {
    #[inline(always)]
    fn run(self) {
        math::derivative(self.activation, self);
    }
}

impl Apply for Gradient<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for (y, &saved) in self.y.iter_mut().zip(self.saved) {
            *y *= f(saved);
        }
    }
}
