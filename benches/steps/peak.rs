//! The most that this machine multiplies and adds: chains of fused multiply-add that touch no memory.
#![allow(unsafe_code, reason = "calling functions compiled for a detected instruction set")]

use std::hint::black_box;
use std::thread;
use std::time::Instant;

/// Chains that do not wait for each other: latency times units of any processor in use is less.
const CHAINS: usize = 12;
/// Multiply-adds of each chain in one timed piece.
const LENGTH: usize = 200_000;
/// Pieces of a measurement; the shortest counts.
const PIECES: usize = 40;
/// Numbers that neither grow nor vanish.
const FACTOR: f32 = 0.999_999;
const TERM: f32 = 1e-6;

/// The widest vectors that this machine has fused multiply-add for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vectors {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What the compiler may use everywhere: fused on aarch64, a product and a sum on x86-64.
    Baseline,
}

/// GFLOP/s of one thread alone, and of `threads` at once. A multiply-add counts as two operations.
pub(crate) fn measure(threads: usize) -> (f64, f64) {
    let vectors = detect();
    (together(vectors, 1), together(vectors, threads))
}

fn detect() -> Vectors {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return Vectors::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Vectors::Avx2;
        }
    }
    Vectors::Baseline
}

/// The sum of what each of `threads` reaches while all of them run.
fn together(vectors: Vectors, threads: usize) -> f64 {
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(move || alone(vectors))).collect();
        running.into_iter().map(|thread| thread.join().expect("arithmetic does not panic")).sum()
    })
}

fn alone(vectors: Vectors) -> f64 {
    let mut best = 0.0_f64;
    for _ in 0..PIECES {
        let began = Instant::now();
        let lanes = match vectors {
            // SAFETY: the features were detected.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => unsafe { avx512() },
            // SAFETY: the features were detected.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => unsafe { avx2() },
            Vectors::Baseline => baseline(),
        };
        let operations = 2 * lanes * CHAINS * LENGTH;
        best = best.max(operations as f64 / began.elapsed().as_secs_f64() / 1e9);
    }
    best
}

#[cfg(target_arch = "x86_64")]
macro_rules! chains {
    ($name:ident, $features:literal, $lanes:literal, $splat:ident, $fma:ident) => {
        /// The chains; returns how many lanes each has.
        #[target_feature(enable = $features)]
        fn $name() -> usize {
            use std::arch::x86_64::{$fma, $splat};
            let (factor, term) = ($splat(black_box(FACTOR)), $splat(black_box(TERM)));
            let mut sums = [$splat(black_box(1.0)); CHAINS];
            for _ in 0..LENGTH {
                for sum in &mut sums {
                    *sum = $fma(*sum, factor, term);
                }
            }
            black_box(sums);
            $lanes
        }
    };
}

#[cfg(target_arch = "x86_64")]
chains!(avx512, "avx512f", 16, _mm512_set1_ps, _mm512_fmadd_ps);
#[cfg(target_arch = "x86_64")]
chains!(avx2, "avx2,fma", 8, _mm256_set1_ps, _mm256_fmadd_ps);

/// The chains in vectors of four, which the compiler makes of a loop.
fn baseline() -> usize {
    const LANES: usize = 4;
    let (factor, term) = (black_box(FACTOR), black_box(TERM));
    let mut sums = [[black_box(1.0_f32); LANES]; CHAINS];
    for _ in 0..LENGTH {
        for sum in &mut sums {
            for lane in sum {
                // Where fused multiply-add is no instruction it is a slow function.
                *lane = if cfg!(target_arch = "aarch64") {
                    lane.mul_add(factor, term)
                } else {
                    *lane * factor + term
                };
            }
        }
    }
    black_box(sums);
    LANES
}
