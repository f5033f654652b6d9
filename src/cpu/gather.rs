//! CPU twin of `shaders/gather.wgsl`: images of the step as numbers in [0, 1].

use super::Machine;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{Gather, Step};

pub(super) fn run(o: &Gather, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (pixels, rows) = (o.pixels as usize, step.rows as usize);
    memory.write([o.x], |memory, [x]| {
        let dataset = memory.dataset(o.images);
        let order = &dataset.order[step.first as usize..][..rows];
        // A few images per piece: one is too little work to hand to a thread.
        let share = rows.div_ceil(machine.threads.count());
        machine.threads.each(Chunks::new(&mut x[..rows * pixels], share * pixels), |piece, x| {
            for (x, &image) in x.values().chunks_exact_mut(pixels).zip(&order[piece * share..]) {
                let from = &dataset.images[image as usize * pixels..][..pixels];
                machine.isa.run(Scale { from, to: x });
            }
        });
    });
}

struct Scale<'a> {
    from: &'a [u8],
    to: &'a mut [f32],
}

impl Task for Scale<'_> {
    #[inline(always)]
    fn run(self) {
        for (to, &from) in self.to.iter_mut().zip(self.from) {
            *to = f32::from(from) * (1.0 / 255.0);
        }
    }
}
