//! What is done to a convolution's sums while they are in cache.

use crate::cpu::pointwise;
use crate::cpu::simd::{Isa, Task};
use crate::op::Epilogue;
use crate::spec::Activation;

/// Applies `epilogue` to the images `y`, of which `first` lie before them, with channels of `area` pixels.
pub(super) fn finish(isa: Isa, epilogue: Epilogue, y: &mut [f32], side: &[f32], first: usize, area: usize) {
    match epilogue {
        Epilogue::Forward(activation) => {
            for image in y.chunks_exact_mut(side.len() * area) {
                isa.run(Bias { image, bias: side, area });
                pointwise::activate(isa, activation, image);
            }
        }
        Epilogue::Backward(Activation::Identity) => {}
        Epilogue::Backward(activation) => {
            let saved = &side[first..][..y.len()];
            pointwise::activate_grad(isa, activation, y, saved);
        }
    }
}

/// Values of the inner loop.
const LANES: usize = 16;

struct Bias<'a> {
    image: &'a mut [f32],
    /// One for each channel.
    bias: &'a [f32],
    area: usize,
}

impl Task for Bias<'_> {
    #[inline(always)]
    fn run(self) {
        for (channel, &bias) in self.image.chunks_exact_mut(self.area).zip(self.bias) {
            let (blocks, last) = channel.as_chunks_mut::<LANES>();
            for block in blocks {
                for y in block {
                    *y += bias;
                }
            }
            for y in last {
                *y += bias;
            }
        }
    }
}
