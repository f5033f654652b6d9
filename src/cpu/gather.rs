//! CPU twin of `shaders/gather.wgsl`: images of the step as numbers in [0, 1], or as black and white.

use super::Machine;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::binarize::{self, Binarize};
use crate::op::{Gather, Step};

pub(super) fn run(o: &Gather, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (pixels, rows) = (o.pixels as usize, step.rows as usize);
    memory.write([o.x], |memory, [x]| {
        let dataset = memory.dataset(o.images);
        let order = &dataset.order[step.first as usize..][..rows];
        // A few images per piece: one is too little work to hand to a thread.
        let share = rows.div_ceil(machine.threads.count());
        machine.threads.each(Chunks::new(&mut x[..rows * pixels], share * pixels), |piece, x| {
            let images = x.values().chunks_exact_mut(pixels).zip(&order[piece * share..]);
            for (row, (x, &image)) in images.enumerate() {
                let from = &dataset.images[image as usize * pixels..][..pixels];
                let row = step.row_offset + (piece * share + row) as u32;
                let (seed, draw, first) = match o.binarize {
                    Binarize::None => {
                        machine.isa.run(Scale { from, to: x });
                        continue;
                    }
                    Binarize::Dynamic => (step.seed, step.step, row.wrapping_mul(o.pixels)),
                    Binarize::Static => (binarize::static_seed(), 0, image.wrapping_mul(o.pixels)),
                };
                machine.isa.run(Draw { seed, draw, first, from, to: x });
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

/// Pixels drawn with their grey levels as probabilities.
struct Draw<'a> {
    seed: u32,
    draw: u32,
    /// Number of the first pixel.
    first: u32,
    from: &'a [u8],
    to: &'a mut [f32],
}

impl Task for Draw<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { seed, draw, first, from, to } = self;
        for (i, (to, &grey)) in to.iter_mut().zip(from).enumerate() {
            let white = binarize::white(seed, draw, first.wrapping_add(i as u32), grey);
            *to = if white { 1.0 } else { 0.0 };
        }
    }
}
