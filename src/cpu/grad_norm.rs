//! CPU twin of `shaders/grad_norm.wgsl`: partial sums of the squared gradient norm.

use super::Machine;
use super::math;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{GradNorm, NORM_PARTIALS};

/// Partial sums per piece that a thread takes.
const SHARE: usize = 16;

pub(super) fn run(o: &GradNorm, machine: &Machine, memory: &mut Memory<'_>) {
    let count = NORM_PARTIALS as usize;
    memory.write([o.partial], |memory, [partial]| {
        let grads = memory.read(o.grads);
        let len = grads.len().div_ceil(count).max(1);
        machine.threads.each(Chunks::new(&mut partial[..count], SHARE), |piece, partial| {
            for (i, sum) in partial.values().iter_mut().enumerate() {
                let from = ((piece * SHARE + i) * len).min(grads.len());
                let values = &grads[from..(from + len).min(grads.len())];
                machine.isa.run(SumOfSquares { values, sum });
            }
        });
    });
}

struct SumOfSquares<'a> {
    values: &'a [f32],
    sum: &'a mut f32,
}

impl Task for SumOfSquares<'_> {
    #[inline(always)]
    fn run(self) {
        let mut lanes = [0.0; 16];
        let (vectors, rest) = self.values.as_chunks::<16>();
        for vector in vectors {
            for (lane, &v) in lanes.iter_mut().zip(vector) {
                *lane += v * v;
            }
        }
        for (lane, &v) in lanes.iter_mut().zip(rest) {
            *lane += v * v;
        }
        *self.sum = math::sum_lanes(lanes);
    }
}
