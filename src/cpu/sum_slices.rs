//! CPU twin of `shaders/sum_slices.wgsl`: the sum of a weight gradient's parts.

use super::Machine;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::SumSlices;

/// Values per piece that a thread takes.
const SHARE: usize = 2048;

pub(super) fn run(o: &SumSlices, machine: &Machine, memory: &mut Memory<'_>) {
    memory.write([o.sum], |memory, [sum]| {
        let len = sum.len();
        let partial = &memory.read(o.partial)[..o.slices as usize * len];
        machine.threads.each(Chunks::new(sum, SHARE), |piece, sum| {
            machine.isa.run(Total { partial: &partial[piece * SHARE..], stride: len, sum: sum.values() });
        });
    });
}

struct Total<'a> {
    partial: &'a [f32],
    /// From one slice to the next.
    stride: usize,
    sum: &'a mut [f32],
}

impl Task for Total<'_> {
    #[inline(always)]
    fn run(self) {
        let len = self.sum.len();
        for (i, part) in self.partial.chunks(self.stride).enumerate() {
            if i == 0 {
                self.sum.copy_from_slice(&part[..len]);
            } else {
                for (sum, part) in self.sum.iter_mut().zip(part) {
                    *sum += part;
                }
            }
        }
    }
}
