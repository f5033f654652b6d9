//! CPU twin of `shaders/sum_slices.wgsl`: the sum of a weight gradient's parts.

use super::memory::Memory;
use crate::op::SumSlices;

pub(super) fn run(o: &SumSlices, memory: &mut Memory<'_>) {
    memory.write([o.sum], |memory, [sum]| {
        sum.fill(0.0);
        let len = sum.len();
        for part in memory.read(o.partial).chunks_exact(len).take(o.slices as usize) {
            for (sum, part) in sum.iter_mut().zip(part) {
                *sum += part;
            }
        }
    });
}
