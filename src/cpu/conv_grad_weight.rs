//! CPU twin of `shaders/conv_grad_weight.wgsl`: dW of a convolution in parts.

use super::Machine;
use super::conv::taps;
use super::memory::Memory;
use crate::op::{ConvGradWeight, Step};

pub(super) fn run(o: &ConvGradWeight, _machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let g = &o.geometry;
    let (large_len, small_len) = (g.large.len() as usize, g.small.len() as usize);
    let rows = (step.rows * o.samples) as usize;
    let share = rows.div_ceil(o.slices as usize);
    memory.write([o.partial], |memory, [partial]| {
        let (large, small) = (memory.read(o.large), memory.read(o.small));
        for (slice, dw) in partial.chunks_exact_mut(g.weight() as usize).enumerate() {
            dw.fill(0.0);
            for row in (slice * share).min(rows)..((slice + 1) * share).min(rows) {
                let (large, small) = (&large[row * large_len..], &small[row * small_len..]);
                taps(g, |weight, at_large, at_small| dw[weight] += large[at_large] * small[at_small]);
            }
        }
    });
}
