//! C = A·B in packed panels and register tiles (Goto and van de Geijn, "Anatomy of High-Performance Matrix
//! Multiplication", ACM TOMS 34(3), 2008).
//!
//! Both operands are copied once into panels in which the kernel's reads are consecutive; the layouts N and
//! T of the three products of a layer differ only in that copy. Threads share out rows of C. A tile of C
//! is summed over the whole reduction in one order, whatever the number of threads.

mod kernel;
mod pack;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
mod sparse;
mod terms;
#[cfg(test)]
mod tests;
mod walk;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::error::Result;
use crate::op::Op;

use super::Machine;
use super::simd::Isa;
use super::threads::{Chunks, Threads};
use kernel::Tile;
pub(crate) use kernel::{Kernel, Strip};
pub(crate) use pack::{Along, Operand, Pack, pack};
#[cfg(test)]
use sparse::Side;
use terms::Rows;

/// Values of one panel of B in one pass, less where panels are wide: it stays in the first-level cache.
const PANEL: usize = 4096;
/// Reduction per pass of the widest panels.
pub(crate) const DEPTH: usize = 256;
/// Reduction per pass of the narrowest.
pub(crate) const MOST_DEPTH: usize = 512;
/// Most rows of C that one thread works on at a time: with the depth of a pass, what of A stays in the second level.
pub(crate) const ROWS: usize = 128;
/// No kernel's tile is larger.
pub(crate) const MOST_TILE_ROWS: usize = 8;
pub(crate) const MOST_TILE_COLUMNS: usize = 32;

/// Values in a line of the cache.
pub(crate) const LINE: usize = 16;

/// A line of the cache: vectors loaded from aligned panels never straddle two.
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Line([f32; LINE]);

/// Memory for packed operands, kept from step to step.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    a: Vec<Line>,
    b: Vec<Line>,
    /// Where the lists of a compressed operand end.
    ends: Vec<u32>,
}

impl Scratch {
    /// Makes room for `op` with up to `images` images.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory)
    pub(crate) fn reserve(&mut self, op: &Op, images: u32) -> Result<()> {
        let mut product = |m: u32, n: u32, k: u32| self.product(m as usize, n as usize, k as usize);
        match op {
            Op::Linear(o) => product(images * o.samples, o.outputs, o.inputs),
            Op::LinearLoss(o) => product(images * o.samples, o.outputs, o.inputs),
            Op::LinearGradInput(o) => product(images * o.samples, o.inputs, o.outputs),
            Op::LinearGradWeight(o) => {
                o.products.iter().try_for_each(|p| product(p.outputs, p.inputs, images * p.samples))
            }
            _ => Ok(()),
        }
    }
}

impl Scratch {
    /// Makes room for one product.
    fn product(&mut self, m: usize, n: usize, k: usize) -> Result<()> {
        for (memory, outer) in [(&mut self.a, m), (&mut self.b, n)] {
            let len = (outer + sparse::MOST_WIDE) * k;
            if memory.len() * LINE < len {
                *memory = super::zeros(len.div_ceil(LINE))?;
            }
        }
        let ends = m.max(n) * k.div_ceil(sparse::DEPTH);
        if self.ends.len() < ends {
            self.ends = super::zeros(ends)?;
        }
        Ok(())
    }
}

/// C = A·B with A of `m`×`k`, B of `k`×`n` values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product<'a> {
    pub(crate) m: usize,
    pub(crate) n: usize,
    pub(crate) k: usize,
    /// Outer index: rows of C.
    pub(crate) a: Operand<'a>,
    /// Outer index: columns of C.
    pub(crate) b: Operand<'a>,
}

impl<'a> Product<'a> {
    const fn left(&self) -> Rows<'a> {
        Rows { from: self.a, rows: self.m, depth: self.k }
    }

    const fn right(&self) -> Rows<'a> {
        Rows { from: self.b, rows: self.n, depth: self.k }
    }
}

/// Row-major results that threads share out by rows of C.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    /// `[m, n]`
    pub(crate) c: &'a mut [f32],
    /// `[m, side_width]`: what the epilogue computes beside C.
    pub(crate) side: &'a mut [f32],
    pub(crate) side_width: usize,
}

/// What is done to finished rows of C: gets the first one's number, the rows, and those of the side result.
type Finish<'a> = dyn Fn(usize, &mut [f32], &mut [f32]) + Sync + 'a;

/// Computes the product, and calls `finish` as soon as some rows are complete and still in cache.
pub(crate) fn multiply(
    machine: &mut Machine,
    product: &Product<'_>,
    output: Output<'_>,
    finish: &Finish<'_>,
) {
    let Machine { isa, threads, scratch, .. } = machine;
    let (isa, Output { c, side, side_width }) = (*isa, output);
    if let Some(compressed) = sparse::choose(isa, product) {
        let output = Output { c, side, side_width };
        let mut done = false;
        let job =
            sparse::Job { isa, threads, product, side: compressed, scratch, output, finish, done: &mut done };
        with_walker(isa, job);
        if done {
            return;
        }
    }
    let output = Output { c, side, side_width };
    with_kernel(isa, Job { isa, threads, product, scratch, output, finish });
}

/// Work that is compiled for every register tile.
pub(crate) trait Tiled {
    fn run<const MR: usize, const NR: usize>(self, kernel: impl Kernel<MR, NR>);
}

/// Runs `work` with the register tile of an instruction set.
pub(crate) fn with_kernel(isa: Isa, work: impl Tiled) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512(kernel) => work.run(kernel),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(kernel) => work.run(kernel),
        Isa::Baseline => work.run(BASELINE),
    }
}

/// The same for products with a sparse factor.
fn with_walker(isa: Isa, job: sparse::Job<'_>) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512(walker) => job.run(walker),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2(walker) => job.run(walker),
        Isa::Baseline => job.run(BASELINE),
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
const BASELINE: wasm::Simd128 = wasm::Simd128;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
const BASELINE: portable::Portable = portable::Portable;

struct Job<'a> {
    isa: Isa,
    threads: &'a Threads,
    product: &'a Product<'a>,
    scratch: &'a mut Scratch,
    output: Output<'a>,
    finish: &'a Finish<'a>,
}

impl Tiled for Job<'_> {
    fn run<const MR: usize, const NR: usize>(self, kernel: impl Kernel<MR, NR>) {
        const { assert!(MR <= MOST_TILE_ROWS) };
        const { assert!(NR <= MOST_TILE_COLUMNS) };
        let Self { isa, threads, product, scratch, output, finish } = self;
        let Product { m, n, k, a, b } = *product;
        let Scratch { a: memory_a, b: memory_b, .. } = scratch;
        let (packed_a, packed_b) = (bytemuck::cast_slice_mut(memory_a), bytemuck::cast_slice_mut(memory_b));
        let packed_b: &mut [f32] = &mut packed_b[..n.next_multiple_of(NR) * k];
        threads.each(Chunks::new(packed_b, NR * k), |panel, chunk| {
            let first = panel * NR;
            let count = NR.min(n - first);
            pack(isa, Pack::<NR> { from: b, first, count, depth: k, to: chunk.values() });
        });
        let packed_b = &*packed_b;

        let share = m.div_ceil(threads.count()).min(ROWS).next_multiple_of(MR);
        let packed_a: &mut [f32] = &mut packed_a[..m.next_multiple_of(MR) * k];
        let Output { c, side, side_width } = output;
        let c = Chunks::new(&mut c[..m * n], share * n);
        let side = Chunks::new(&mut side[..m * side_width], share * side_width);
        threads.each((c, (Chunks::new(packed_a, share * k), side)), |i, (c, (packed_a, side))| {
            let (c, packed_a) = (c.values(), packed_a.values());
            let first = i * share;
            let rows = c.len() / n;
            for (panel, to) in packed_a.chunks_exact_mut(MR * k).enumerate() {
                let (first, count) = (first + panel * MR, MR.min(rows - panel * MR));
                pack(isa, Pack::<MR> { from: a, first, count, depth: k, to });
            }
            rows_of_tiles(kernel, packed_a, packed_b, c, n, k);
            finish(first, c, side.values());
        });
    }
}

/// All tiles of some rows of C, from packed operands.
fn rows_of_tiles<const MR: usize, const NR: usize>(
    kernel: impl Kernel<MR, NR>,
    packed_a: &[f32],
    packed_b: &[f32],
    c: &mut [f32],
    n: usize,
    k: usize,
) {
    let depth = pass::<NR>(k);
    for (j, b) in packed_b.chunks_exact(NR * k).enumerate() {
        let columns = NR.min(n - j * NR);
        for from in (0..k).step_by(depth) {
            let to = (from + depth).min(k);
            let a = Panels { values: packed_a, depth: k, from, to };
            let b = &b[from * NR..to * NR];
            column_of_tiles(kernel, a, b, Column { c, stride: n, first: j * NR, columns }, from > 0);
        }
    }
}

/// Length of the equal passes that a reduction with panels of `NR` columns is cut into; at least 1.
pub(crate) const fn pass<const NR: usize>(depth: usize) -> usize {
    let most = if PANEL / NR < DEPTH { DEPTH } else { PANEL / NR };
    assert!(most <= MOST_DEPTH);
    if depth <= most {
        return if depth == 0 { 1 } else { depth };
    }
    depth.div_ceil(depth.div_ceil(most))
}

/// Part of the reduction of some packed rows of A.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panels<'a> {
    /// Panels of `[depth, MR]`.
    pub(crate) values: &'a [f32],
    pub(crate) depth: usize,
    /// The part's begin and end.
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Some columns of row-major C, at most a tile's.
#[derive(Debug)]
pub(crate) struct Column<'a> {
    /// Whole rows.
    pub(crate) c: &'a mut [f32],
    /// Distance between C's rows.
    pub(crate) stride: usize,
    pub(crate) first: usize,
    pub(crate) columns: usize,
}

/// One pass over one panel of B: writes the tiles of a column, or adds to them.
pub(crate) fn column_of_tiles<const MR: usize, const NR: usize>(
    kernel: impl Kernel<MR, NR>,
    a: Panels<'_>,
    b: &[f32],
    column: Column<'_>,
    accumulate: bool,
) {
    let Column { c, stride, first, columns } = column;
    let rows = c.len() / stride;
    // What a tile that reaches past C's last row or column is computed in.
    let mut padded = [0.0; MOST_TILE_ROWS * MOST_TILE_COLUMNS];
    for (panel, row) in (0..rows).step_by(MR).enumerate() {
        let a = &a.values[panel * MR * a.depth..][a.from * MR..a.to * MR];
        let c = &mut c[row * stride + first..];
        let whole = columns == NR && rows - row >= MR;
        let inside = MR.min(rows - row);
        if !whole && accumulate {
            for (c, sums) in c.chunks(stride).zip(padded.chunks_exact_mut(NR)).take(inside) {
                sums[..columns].copy_from_slice(&c[..columns]);
            }
        }
        // One call, so that the kernel is compiled into this loop.
        kernel.tile(if whole {
            Tile { a, b, c, stride, accumulate }
        } else {
            Tile { a, b, c: &mut padded, stride: NR, accumulate }
        });
        if !whole {
            for (c, sums) in c.chunks_mut(stride).zip(padded.chunks_exact(NR)).take(inside) {
                c[..columns].copy_from_slice(&sums[..columns]);
            }
        }
    }
}
