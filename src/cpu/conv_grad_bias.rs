//! CPU twin of `shaders/conv_grad_bias.wgsl`: db = Σ over rows and pixels, per channel.

use super::memory::Memory;
use crate::op::{ConvGradBias, Step};

pub(super) fn run(o: &ConvGradBias, memory: &mut Memory<'_>, step: &Step) {
    let (channels, area) = (o.channels as usize, o.area as usize);
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.bias], |memory, [bias]| {
        let delta = &memory.read(o.delta)[..rows * channels * area];
        bias.fill(0.0);
        for row in delta.chunks_exact(channels * area) {
            for (bias, plane) in bias.iter_mut().zip(row.chunks_exact(area)) {
                *bias += plane.iter().sum::<f32>();
            }
        }
    });
}
