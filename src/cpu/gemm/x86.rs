//! Register tiles in AVX-512 and AVX2.
#![allow(unsafe_code, reason = "vector instructions behind pointers whose bounds are asserted")]

use std::arch::x86_64::*;

use super::kernel::{Kernel, Strip, Tile};
use super::walk::{PARTS, Walk, Walker};
use crate::cpu::simd::{Avx2, Avx512};

macro_rules! kernel {
    ($isa:ty, $function:ident, $strip:ident, $parts:ident, $features:literal, $rows:literal, $vectors:literal, $lanes:literal,
     $zero:ident, $load:ident, $store:ident, $splat:ident, $fma:ident) => {
        impl Kernel<$rows, { $vectors * $lanes }> for $isa {
            fn tile(self, tile: Tile<'_>) {
                const COLUMNS: usize = $vectors * $lanes;
                let depth = tile.a.len() / $rows;
                assert!(tile.b.len() >= depth * COLUMNS);
                assert!(tile.stride >= COLUMNS && tile.c.len() >= ($rows - 1) * tile.stride + COLUMNS);
                // SAFETY: `self` proves the features; the lengths of all three slices are asserted above.
                unsafe { $function(tile.a.as_ptr(), tile.b.as_ptr(), depth, tile) }
            }

            fn strip(self, strip: Strip<'_>, c: &mut [f32]) {
                // SAFETY: `self` proves the features.
                unsafe { $strip(strip, c) }
            }
        }

        #[target_feature(enable = $features)]
        fn $strip(strip: Strip<'_>, c: &mut [f32]) {
            const COLUMNS: usize = 2 * $vectors * $lanes;
            let mut sums = [$zero(); 2 * $vectors];
            for (a, &place) in strip.a.as_chunks::<$rows>().0.iter().zip(strip.places) {
                let b = strip.b[place..place + COLUMNS].as_ptr();
                let a = $splat(a[strip.row]);
                for (j, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: B's row was sliced to that many values.
                    *sum = $fma(a, unsafe { $load(b.add(j * $lanes)) }, *sum);
                }
            }
            let c = c[..COLUMNS].as_mut_ptr();
            for (j, sum) in sums.into_iter().enumerate() {
                // SAFETY: C was sliced to that many values.
                unsafe { $store(c.add(j * $lanes), sum) };
            }
        }

        impl Walker<{ PARTS * $vectors * $lanes }> for $isa {
            fn parts<const COUNT: usize>(self, walk: Walk<'_>, row: &mut [f32; PARTS * $vectors * $lanes]) {
                // SAFETY: `self` proves the features.
                unsafe { $parts::<COUNT>(walk, row) }
            }
        }

        #[target_feature(enable = $features)]
        fn $parts<const COUNT: usize>(walk: Walk<'_>, row: &mut [f32; PARTS * $vectors * $lanes]) {
            const WIDE: usize = PARTS * $vectors * $lanes;
            let row = row.as_mut_ptr();
            let at = |i: usize, j: usize| (i * $vectors + j) * $lanes;
            let mut sums = [[$zero(); $vectors]; COUNT];
            for (i, sums) in sums.iter_mut().enumerate() {
                for (j, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: the row is that long.
                    *sum = unsafe { $load(row.add(at(i, j))) };
                }
            }
            for term in walk.terms {
                let value = $splat(term.value);
                let b = walk.panel[term.index as usize * WIDE..][..WIDE].as_ptr();
                for (i, sums) in sums.iter_mut().enumerate() {
                    for (j, sum) in sums.iter_mut().enumerate() {
                        // SAFETY: the panel's row was sliced to its length.
                        *sum = $fma(value, unsafe { $load(b.add(at(i, j))) }, *sum);
                    }
                }
            }
            for (i, sums) in sums.into_iter().enumerate() {
                for (j, sum) in sums.into_iter().enumerate() {
                    // SAFETY: the row is that long.
                    unsafe { $store(row.add(at(i, j)), sum) };
                }
            }
        }

        /// # Safety
        /// `a` and `b` must point to `depth` times the tile's rows and columns, `tile.c` must hold the tile.
        #[target_feature(enable = $features)]
        unsafe fn $function(mut a: *const f32, mut b: *const f32, depth: usize, tile: Tile<'_>) {
            let mut sums = [[$zero(); $vectors]; $rows];
            let c = tile.c.as_mut_ptr();
            if tile.accumulate {
                for i in 0..$rows {
                    for j in 0..$vectors {
                        // SAFETY: the caller promises that C holds the tile.
                        sums[i][j] = unsafe { $load(c.add(i * tile.stride + j * $lanes)) };
                    }
                }
            }
            for _ in 0..depth {
                // SAFETY: the caller promises `depth` rows of both operands.
                unsafe {
                    let columns: [_; $vectors] = std::array::from_fn(|j| $load(b.add(j * $lanes)));
                    for i in 0..$rows {
                        let row = $splat(*a.add(i));
                        for j in 0..$vectors {
                            sums[i][j] = $fma(row, columns[j], sums[i][j]);
                        }
                    }
                    a = a.add($rows);
                    b = b.add($vectors * $lanes);
                }
            }
            for i in 0..$rows {
                for j in 0..$vectors {
                    // SAFETY: as above.
                    unsafe { $store(c.add(i * tile.stride + j * $lanes), sums[i][j]) };
                }
            }
        }
    };
}

kernel!(
    Avx512,
    tile_avx512,
    strip_avx512,
    parts_avx512,
    "avx512f",
    8,
    2,
    16,
    _mm512_setzero_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_fmadd_ps
);
kernel!(
    Avx2,
    tile_avx2,
    strip_avx2,
    parts_avx2,
    "avx2,fma",
    6,
    2,
    8,
    _mm256_setzero_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_fmadd_ps
);
