//! CPU twin of `shaders/scale_rows.wgsl`: rows times their weights.

use super::Machine;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{ScaleRows, Step};

/// Values per piece that a thread takes.
const SHARE: usize = 8192;

pub(super) fn run(o: &ScaleRows, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (rows, width) = ((step.rows * o.samples) as usize, o.width as usize);
    memory.write([o.values], |memory, [values]| {
        let weights = memory.read(o.weights);
        let share = SHARE.div_ceil(width);
        machine.threads.each(Chunks::new(&mut values[..rows * width], share * width), |piece, values| {
            for (values, weight) in values.values().chunks_exact_mut(width).zip(&weights[piece * share..]) {
                machine.isa.run(Scale { factor: weight * o.samples as f32, values });
            }
        });
    });
}

/// Values of the inner loop.
const LANES: usize = 16;

struct Scale<'a> {
    factor: f32,
    values: &'a mut [f32],
}

impl Task for Scale<'_> {
    #[inline(always)]
    fn run(self) {
        let (blocks, last) = self.values.as_chunks_mut::<LANES>();
        for block in blocks {
            for value in block {
                *value *= self.factor;
            }
        }
        for value in last {
            *value *= self.factor;
        }
    }
}
