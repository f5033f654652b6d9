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
        for (to, from) in self.to.chunks_mut(LANES).zip(self.from.chunks(LANES)) {
            let (from, mut values) = (vector(from), [0.0; LANES]);
            for (value, from) in values.iter_mut().zip(from) {
                *value = number(from) * (1.0 / 255.0);
            }
            to.copy_from_slice(&values[..to.len()]);
        }
    }
}

/// The same as `f32::from`, which wasm's compiler would do value by value: in the low bits of 2²³ a byte counts ones.
#[inline(always)]
fn number(byte: u8) -> f32 {
    const ONES: f32 = 8_388_608.0;
    f32::from_bits(ONES.to_bits() | u32::from(byte)) - ONES
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
        for (i, (to, from)) in to.chunks_mut(LANES).zip(from.chunks(LANES)).enumerate() {
            let first = first.wrapping_add((i * LANES) as u32);
            let (greys, mut values) = (vector(from), [0.0; LANES]);
            for j in 0..LANES {
                let white = binarize::white(seed, draw, first.wrapping_add(j as u32), greys[j]);
                values[j] = if white { 1.0 } else { 0.0 };
            }
            to.copy_from_slice(&values[..to.len()]);
        }
    }
}

/// Pixels of the inner loops.
const LANES: usize = 16;

/// Up to `LANES` pixels with zeros behind them.
#[inline(always)]
fn vector(pixels: &[u8]) -> [u8; LANES] {
    pixels.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; LANES];
        padded[..pixels.len()].copy_from_slice(pixels);
        padded
    })
}
