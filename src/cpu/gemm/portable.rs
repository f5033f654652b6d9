//! The register tile in plain Rust, for targets without a kernel of their own.

use super::kernel::{Kernel, Strip, Tile};
use super::walk::{PARTS, Walk, Walker};

/// aarch64 has 32 vector registers and needs many sums in flight; other targets have 16.
const ROWS: usize = if cfg!(target_arch = "aarch64") { 8 } else { 4 };
const COLUMNS: usize = 8;

/// Compilers turn it into vectors of four.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

#[inline(always)]
fn multiply_add(a: f32, b: f32, sum: f32) -> f32 {
    // Elsewhere `mul_add` may be a call of a library function.
    if cfg!(target_arch = "aarch64") { a.mul_add(b, sum) } else { sum + a * b }
}

impl Kernel<ROWS, COLUMNS> for Portable {
    fn tile(self, tile: Tile<'_>) {
        let mut sums = [[0.0; COLUMNS]; ROWS];
        if tile.accumulate {
            for (sums, c) in sums.iter_mut().zip(tile.c.chunks(tile.stride)) {
                sums.copy_from_slice(&c[..COLUMNS]);
            }
        }
        for (a, b) in tile.a.as_chunks::<ROWS>().0.iter().zip(tile.b.as_chunks::<COLUMNS>().0) {
            for i in 0..ROWS {
                for j in 0..COLUMNS {
                    sums[i][j] = multiply_add(a[i], b[j], sums[i][j]);
                }
            }
        }
        for (sums, c) in sums.iter().zip(tile.c.chunks_mut(tile.stride)) {
            c[..COLUMNS].copy_from_slice(sums);
        }
    }

    fn strip(self, strip: Strip<'_>, c: &mut [f32]) {
        let mut sums = [[0.0; COLUMNS]; 2];
        for (a, &place) in strip.a.as_chunks::<ROWS>().0.iter().zip(strip.places) {
            let b = &strip.b[place..place + 2 * COLUMNS].as_chunks::<COLUMNS>().0;
            for i in 0..2 {
                for j in 0..COLUMNS {
                    sums[i][j] = multiply_add(a[strip.row], b[i][j], sums[i][j]);
                }
            }
        }
        c[..2 * COLUMNS].copy_from_slice(sums.as_flattened());
    }
}

const WIDE: usize = PARTS * COLUMNS;

impl Walker<WIDE> for Portable {
    fn parts<const COUNT: usize>(self, walk: Walk<'_>, row: &mut [f32; WIDE]) {
        let row = &mut row.as_chunks_mut::<COLUMNS>().0[..COUNT];
        let mut sums: [[f32; COLUMNS]; COUNT] = std::array::from_fn(|i| row[i]);
        for term in walk.terms {
            let b = walk.panel[term.index as usize * WIDE..][..WIDE].as_chunks::<COLUMNS>().0;
            for (sums, b) in sums.iter_mut().zip(b) {
                for (sum, &b) in sums.iter_mut().zip(b) {
                    *sum = multiply_add(term.value, b, *sum);
                }
            }
        }
        row.copy_from_slice(&sums);
    }
}
