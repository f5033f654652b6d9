//! Products with few channels in their result: a register tile would hold mostly padding, and packing would cost
//! more than it saves. Here vectors of pixels are read from the source as they lie there.

use super::columns::Grid;
use super::correlate::Terms;
use super::shape::{Product, Shape};
use super::store::{Places, spread};
use crate::cpu::gemm::{Kernel, MOST_TILE_COLUMNS, Strip};

/// Computes all sums of a product. `source` must reach 2·`NR` values past the images.
pub(super) fn narrow<const MR: usize, const NR: usize>(
    kernel: impl Kernel<MR, NR>,
    shape: &Shape,
    product: &Product,
    terms: Terms<'_>,
    source: &[f32],
    y: &mut [f32],
) {
    let Product { grid, origin, .. } = *product;
    let pitch = shape.source.pitch;
    let places = Places::new(shape, product);
    // The gaps between rows are computed as if they were pixels.
    let line = Grid { rows: grid.rows, columns: pitch };
    let end = (grid.rows - 1) * pitch + grid.columns;
    let mut sums = [0.0; 2 * MOST_TILE_COLUMNS];
    for (image, y) in y.chunks_exact_mut(shape.result.len() as usize).enumerate() {
        let source = &source[image * shape.source.len() + origin..];
        for (channel, y) in y.chunks_exact_mut(shape.result_area()).enumerate() {
            for first in (0..end).step_by(2 * NR) {
                let strip =
                    Strip { a: terms.weight, row: channel, places: terms.places, b: &source[first..] };
                kernel.strip(strip, &mut sums);
                for run in line.runs(first..end.min(first + 2 * NR)) {
                    let inside = grid.columns.saturating_sub(run.column).min(run.len);
                    if inside > 0 {
                        spread(&mut y[places.pixel(&run)..], shape.step, &sums[run.at..run.at + inside]);
                    }
                }
            }
        }
    }
}
