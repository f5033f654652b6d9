//! Sums put into their places in the result.

use std::ops::Range;

use super::columns::{Grid, Run};
use super::shape::{Product, Shape};
use super::workspace::BLOCK;
use crate::cpu::simd::Task;

/// Where a product's pixels lie within a channel of the result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    first: usize,
    width: usize,
    step: usize,
}

impl Places {
    pub(super) const fn new(shape: &Shape, product: &Product) -> Self {
        let width = shape.result.width as usize;
        Self { first: product.y * width + product.x, width, step: shape.step }
    }

    pub(super) const fn pixel(&self, run: &Run) -> usize {
        self.first + (run.row * self.width + run.column) * self.step
    }
}

/// Writes neighbouring sums of a product.
#[inline(always)]
pub(super) fn spread(to: &mut [f32], step: usize, sums: &[f32]) {
    match step {
        1 => copy(&mut to[..sums.len()], sums),
        2 => {
            let (pairs, last) = to.as_chunks_mut::<2>();
            for (pair, &sum) in pairs.iter_mut().zip(sums) {
                pair[0] = sum;
            }
            // The result may end in the middle of a pair.
            if let (Some(last), Some(&sum)) = (last.first_mut(), sums.get(pairs.len())) {
                *last = sum;
            }
        }
        _ => {
            for (to, &sum) in to.iter_mut().step_by(step).zip(sums) {
                *to = sum;
            }
        }
    }
}

/// `copy_from_slice` for a few values, where a call takes longer than the copy.
#[inline(always)]
fn copy(to: &mut [f32], from: &[f32]) {
    const WIDE: usize = 8;
    let len = to.len();
    if len >= WIDE {
        for (to, from) in to.as_chunks_mut::<WIDE>().0.iter_mut().zip(from.as_chunks::<WIDE>().0) {
            *to = *from;
        }
        // Some of it for the second time.
        to[len - WIDE..].copy_from_slice(&from[len - WIDE..]);
    } else {
        let (to, to_last) = to.as_chunks_mut::<2>();
        let (from, from_last) = from.as_chunks::<2>();
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
        if let ([to], [from]) = (to_last, from_last) {
            *to = *from;
        }
    }
}

/// Stores a block of columns.
pub(super) struct Store<'a> {
    pub(super) shape: &'a Shape,
    pub(super) product: &'a Product,
    /// Pixels of the product, counted over all images.
    pub(super) columns: Range<usize>,
    /// Channels.
    pub(super) first: usize,
    pub(super) count: usize,
    /// `[channels, BLOCK]`
    pub(super) sums: &'a [f32],
    pub(super) y: &'a mut [f32],
}

impl Task for Store<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { shape, product, .. } = self;
        let area = shape.result_area();
        let places = Places::new(shape, product);
        // Without gaps, rows follow one another.
        let grid = if shape.step == 1 { Grid { rows: 1, columns: area } } else { product.grid };
        for run in grid.runs(self.columns) {
            let pixel = places.pixel(&run);
            let image = &mut self.y[run.grid * shape.result.len() as usize..];
            let channels = image[self.first * area..].chunks_exact_mut(area).take(self.count);
            for (channel, sums) in channels.zip(self.sums.chunks_exact(BLOCK)) {
                spread(&mut channel[pixel..], shape.step, &sums[run.at..run.at + run.len]);
            }
        }
    }
}
