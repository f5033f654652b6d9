//! CPU twin of `shaders/sum_slices.wgsl`: the sum of a weight gradient's parts.

use super::Machine;
use super::memory::Memory;
use super::pointwise;
use super::threads::Chunks;
use crate::op::SumSlices;

/// Values per piece that a thread takes.
const SHARE: usize = 2048;

pub(super) fn run(o: &SumSlices, machine: &Machine, memory: &mut Memory<'_>) {
    memory.write([o.sum], |memory, [sum]| {
        let len = sum.len();
        let partial = &memory.read(o.partial)[..o.slices as usize * len];
        machine.threads.each(Chunks::new(sum, SHARE), |piece, sum| {
            let sum = sum.values();
            let count = sum.len();
            let mut parts = partial[piece * SHARE..].chunks(len).map(|part| &part[..count]);
            sum.copy_from_slice(parts.next().expect("there is a slice"));
            parts.for_each(|part| pointwise::add(machine.isa, sum, part));
        });
    });
}
