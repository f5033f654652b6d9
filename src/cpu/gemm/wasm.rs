//! The register tile in wasm's 128-bit vectors, fused where relaxed SIMD is there.
#![allow(unsafe_code, reason = "vector loads and stores through pointers whose bounds are asserted")]

use std::arch::wasm32::*;

use super::kernel::{Kernel, Strip, Tile};
use super::terms;
use super::walk::{PARTS, Walk, Walker};

const ROWS: usize = 4;
const VECTORS: usize = 2;
const LANES: usize = 4;
const COLUMNS: usize = VECTORS * LANES;

/// Four rows of two vectors. Larger tiles, and passes unrolled by hand, make V8 spill sums to the stack in every
/// pass: they measure a third slower.
#[derive(Debug, Clone, Copy)]
pub(super) struct Simd128;

#[inline(always)]
fn multiply_add(a: v128, b: v128, sum: v128) -> v128 {
    #[cfg(target_feature = "relaxed-simd")]
    return f32x4_relaxed_madd(a, b, sum);
    #[cfg(not(target_feature = "relaxed-simd"))]
    f32x4_add(sum, f32x4_mul(a, b))
}

/// Writes `rows` as columns, from the one of that number on; the compiler would do it value by value.
#[inline(always)]
pub(super) fn transpose<const P: usize>(rows: [&[f32; 4]; 4], to: &mut [[f32; P]; 4], first: usize) {
    // SAFETY: a row is four values.
    let [a, b, c, d] = rows.map(|row| unsafe { v128_load(row.as_ptr().cast()) });
    let (low, high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let (low2, high2) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    let columns = [
        i64x2_shuffle::<0, 2>(low, low2),
        i64x2_shuffle::<1, 3>(low, low2),
        i64x2_shuffle::<0, 2>(high, high2),
        i64x2_shuffle::<1, 3>(high, high2),
    ];
    for (to, column) in to.iter_mut().zip(columns) {
        let to = &mut to[first..first + LANES];
        // SAFETY: it was sliced to four values.
        unsafe { v128_store(to.as_mut_ptr().cast(), column) };
    }
}

impl Kernel<ROWS, COLUMNS> for Simd128 {
    fn tile(self, tile: Tile<'_>) {
        let Tile { a, b, c, stride, accumulate } = tile;
        let depth = a.len() / ROWS;
        assert!(b.len() >= depth * COLUMNS);
        assert!(stride >= COLUMNS && c.len() >= (ROWS - 1) * stride + COLUMNS);
        let mut sums = [[f32x4_splat(0.0); VECTORS]; ROWS];
        let (mut a, mut b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
        if accumulate {
            for (i, sums) in sums.iter_mut().enumerate() {
                for (j, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: C holds the tile, by the assertion above.
                    *sum = unsafe { v128_load(c.add(i * stride + j * LANES).cast()) };
                }
            }
        }
        for _ in 0..depth {
            // SAFETY: both operands hold `depth` rows, by the assertions above.
            unsafe {
                let columns: [v128; VECTORS] = std::array::from_fn(|j| v128_load(b.add(j * LANES).cast()));
                for (i, sums) in sums.iter_mut().enumerate() {
                    let row = v128_load32_splat(a.add(i).cast());
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = multiply_add(row, column, *sum);
                    }
                }
                a = a.add(ROWS);
                b = b.add(COLUMNS);
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            for (j, sum) in sums.into_iter().enumerate() {
                // SAFETY: C holds the tile, by the assertion above.
                unsafe { v128_store(c.add(i * stride + j * LANES).cast(), sum) };
            }
        }
    }

    fn strip(self, strip: Strip<'_>, c: &mut [f32]) {
        let mut sums = [f32x4_splat(0.0); 2 * VECTORS];
        for (a, &place) in strip.a.as_chunks::<ROWS>().0.iter().zip(strip.places) {
            let b: *const f32 = strip.b[place..place + 2 * COLUMNS].as_ptr();
            let a = f32x4_splat(a[strip.row]);
            for (j, sum) in sums.iter_mut().enumerate() {
                // SAFETY: B's row was sliced to that many values.
                *sum = multiply_add(a, unsafe { v128_load(b.add(j * LANES).cast()) }, *sum);
            }
        }
        let c = c[..2 * COLUMNS].as_mut_ptr();
        for (j, sum) in sums.into_iter().enumerate() {
            // SAFETY: C was sliced to that many values.
            unsafe { v128_store(c.add(j * LANES).cast(), sum) };
        }
    }
}

/// A bit for each value that is not zero, the first one lowest; the compiler would take them one by one.
#[inline(always)]
pub(super) fn nonzero(values: &[f32; terms::LANES]) -> u32 {
    let mut mask = 0;
    for (i, values) in values.as_chunks::<LANES>().0.iter().enumerate() {
        // SAFETY: they are four.
        let values = unsafe { v128_load(values.as_ptr().cast()) };
        mask |= u32::from(i32x4_bitmask(f32x4_ne(values, f32x4_splat(0.0)))) << (i * LANES);
    }
    mask
}

/// Sums of a row that is walked along with: eight vectors, as in a tile.
const WIDE: usize = PARTS * COLUMNS;

impl Walker<WIDE> for Simd128 {
    fn parts<const COUNT: usize>(self, walk: Walk<'_>, row: &mut [f32; WIDE]) {
        let row = row.as_mut_ptr();
        let at = |i: usize, j: usize| i * COLUMNS + j * LANES;
        let mut sums = [[f32x4_splat(0.0); VECTORS]; COUNT];
        for (i, sums) in sums.iter_mut().enumerate() {
            for (j, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the row is that long.
                *sum = unsafe { v128_load(row.add(at(i, j)).cast()) };
            }
        }
        for term in walk.terms {
            let value = f32x4_splat(term.value);
            let b = walk.panel[term.index as usize * WIDE..][..WIDE].as_ptr();
            for (i, sums) in sums.iter_mut().enumerate() {
                for (j, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: the panel's row was sliced to its length.
                    *sum = multiply_add(value, unsafe { v128_load(b.add(at(i, j)).cast()) }, *sum);
                }
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            for (j, sum) in sums.into_iter().enumerate() {
                // SAFETY: the row is that long.
                unsafe { v128_store(row.add(at(i, j)).cast(), sum) };
            }
        }
    }
}
