//! Products with a factor that is mostly zeros, as images on a black ground are, and what a ReLU lets through.
//!
//! That factor is compressed to lists of what is not zero, one for each of its rows. A list is walked along with as many
//! sums as registers hold, in the order in which dense tiles add: what is left out would have added nothing, so the sums
//! have the same bits (of zeros, the sign may differ). Zero times infinity would have made a sum that is not a number:
//! where the other factor is not finite, dense tiles compute the product.

use std::sync::atomic::{AtomicBool, Ordering};

use super::pack::{Pack, pack, transpose};
use super::terms::{Rows, Terms};
use super::walk::{Walk, Walker};
use super::{LINE, Output, Product, ROWS, Scratch};
use crate::cpu::simd::{Isa, Task};
use crate::cpu::threads::{Chunks, Threads};

/// Where more values than this part are not zero, dense tiles are faster.
const DENSITY: f32 = 0.4;
/// Terms of a list, on average, from which on walking is worth its beginning.
const TERMS: f32 = 4.0;
/// Columns of the other factor that walking is worth.
const COLUMNS: usize = 96;
/// Values of a panel in one pass over the reduction: they stay in the first-level cache.
const PANEL: usize = 6144;
/// Shortest pass.
pub(super) const DEPTH: usize = PANEL / MOST_WIDE;
/// No walker's row is longer.
pub(super) const MOST_WIDE: usize = 128;
/// Rows of sums that are turned into columns at once.
const SIDE: usize = 4;

/// Which factor is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// A: its rows are C's.
    Left,
    /// B: its rows, in the reduction's direction, are C's columns.
    Right,
}

/// The factor that is worth compressing, if either is.
#[inline(never)]
pub(super) fn choose(isa: Isa, product: &Product<'_>) -> Option<Side> {
    let density = |sparse: Rows<'_>, dense: usize| {
        let found = if dense < COLUMNS { 1.0 } else { sparse.density(isa) };
        if found * sparse.depth as f32 >= TERMS { found } else { 1.0 }
    };
    let (left, right) = (density(product.left(), product.n), density(product.right(), product.m));
    let side = if left < right { Side::Left } else { Side::Right };
    (left.min(right) < DENSITY).then_some(side)
}

/// A product whose factor on one side is compressed.
pub(super) struct Job<'a> {
    pub(super) isa: Isa,
    pub(super) threads: &'a Threads,
    pub(super) product: &'a Product<'a>,
    pub(super) side: Side,
    pub(super) scratch: &'a mut Scratch,
    pub(super) output: Output<'a>,
    pub(super) finish: &'a super::Finish<'a>,
    /// Whether the lists had room and the other factor is finite. Where not, nothing was computed.
    pub(super) done: &'a mut bool,
}

impl Job<'_> {
    pub(super) fn run<const WIDE: usize>(self, walker: impl Walker<WIDE>) {
        const { assert!(WIDE <= MOST_WIDE && WIDE.is_multiple_of(LINE)) };
        let Self { isa, threads, product, side, scratch, output, finish, done } = self;
        let Scratch { a, b, ends } = scratch;
        let (m, n, depth) = (product.m, product.n, product.k);
        let (sparse, dense, terms, panels) = match side {
            Side::Left => (product.left(), product.right(), a, b),
            Side::Right => (product.right(), product.left(), b, a),
        };
        let pass = pass::<WIDE>(depth);
        let terms = sparse.compress(isa, pass, bytemuck::cast_slice_mut(terms), ends);
        let Some(terms) = terms else { return };
        let finite = AtomicBool::new(true);

        let panels: &mut [f32] =
            &mut bytemuck::cast_slice_mut(panels)[..dense.rows.next_multiple_of(WIDE) * depth];
        threads.each(Chunks::new(panels, WIDE * depth), |panel, chunk| {
            let first = panel * WIDE;
            let count = WIDE.min(dense.rows - first);
            let to = chunk.values();
            pack(isa, Pack::<WIDE> { from: dense.from, first, count, depth, to: &mut *to });
            isa.run(Check { values: to, finite: &finite });
        });
        let panels = &*panels;
        *done = finite.into_inner();
        if !*done {
            return;
        }

        let share = m.div_ceil(threads.count()).min(ROWS);
        let share = if side == Side::Left { share } else { share.next_multiple_of(WIDE) };
        let Output { c, side: beside, side_width } = output;
        let c = Chunks::new(&mut c[..m * n], share * n);
        let beside = Chunks::new(&mut beside[..m * side_width], share * side_width);
        threads.each((c, beside), |i, (c, beside)| {
            let (first, c) = (i * share, c.values());
            let rows = c.len() / n;
            let part = Part { terms, depth, pass, c, stride: n };
            match side {
                Side::Left => part.rows(walker, first, panels),
                Side::Right => part.columns(walker, n, &panels[first * depth..], rows),
            }
            finish(first, c, beside.values());
        });
    }
}

/// Tells if one of whole lines of values is infinite or not a number.
struct Check<'a> {
    values: &'a [f32],
    finite: &'a AtomicBool,
}

impl Task for Check<'_> {
    #[inline(always)]
    fn run(self) {
        const EXPONENT: u32 = f32::INFINITY.to_bits();
        let mut largest = [0; LINE];
        for line in self.values.as_chunks::<LINE>().0 {
            for (largest, value) in largest.iter_mut().zip(line) {
                *largest = (value.to_bits() & EXPONENT).max(*largest);
            }
        }
        if largest.contains(&EXPONENT) {
            self.finite.store(false, Ordering::Relaxed);
        }
    }
}

/// Length of the equal passes that a reduction is cut into; at least 1.
const fn pass<const WIDE: usize>(depth: usize) -> usize {
    let passes = depth.div_ceil(PANEL / WIDE);
    if passes == 0 { 1 } else { depth.div_ceil(passes) }
}

/// Some rows of C.
struct Part<'a> {
    terms: Terms<'a>,
    depth: usize,
    pass: usize,
    c: &'a mut [f32],
    /// Distance between them.
    stride: usize,
}

impl Part<'_> {
    /// C's rows are the compressed ones from `first` on, its columns those of `panels`.
    fn rows<const WIDE: usize>(self, walker: impl Walker<WIDE>, first: usize, panels: &[f32]) {
        for (panel, from) in panels.chunks_exact(WIDE * self.depth).zip((0..self.stride).step_by(WIDE)) {
            for (pass, panel) in panel.chunks(WIDE * self.pass).enumerate() {
                for (row, c) in self.c.chunks_exact_mut(self.stride).enumerate() {
                    let walk = Walk { terms: self.terms.of(pass, first + row), panel };
                    let c = &mut c[from..];
                    if let Some(c) = c.first_chunk_mut::<WIDE>() {
                        if pass == 0 {
                            *c = [0.0; WIDE];
                        }
                        walker.walk(walk, WIDE, c);
                    } else {
                        let mut sums = [0.0; WIDE];
                        if pass > 0 {
                            sums[..c.len()].copy_from_slice(c);
                        }
                        walker.walk(walk, c.len(), &mut sums);
                        c.copy_from_slice(&sums[..c.len()]);
                    }
                }
            }
        }
    }

    /// C's columns are the `lists` compressed ones, its rows the first `rows` columns of `panels`.
    fn columns<const WIDE: usize>(
        self,
        walker: impl Walker<WIDE>,
        lists: usize,
        panels: &[f32],
        rows: usize,
    ) {
        for (panel, from) in panels.chunks_exact(WIDE * self.depth).zip((0..rows).step_by(WIDE)) {
            let width = WIDE.min(rows - from);
            for (pass, panel) in panel.chunks(WIDE * self.pass).enumerate() {
                for column in (0..lists).step_by(SIDE) {
                    let count = SIDE.min(lists - column);
                    let c = &mut self.c[from * self.stride + column..];
                    let mut sums = [[0.0; WIDE]; SIDE];
                    if pass > 0 {
                        turn(&mut sums, c, self.stride, width, count, false);
                    }
                    for (list, sums) in (column..column + count).zip(&mut sums) {
                        walker.walk(Walk { terms: self.terms.of(pass, list), panel }, width, sums);
                    }
                    turn(&mut sums, c, self.stride, width, count, true);
                }
            }
        }
    }
}

/// Copies rows of sums to the first `count` columns of C, or back.
#[inline(always)]
fn turn<const WIDE: usize>(
    sums: &mut [[f32; WIDE]; SIDE],
    c: &mut [f32],
    stride: usize,
    width: usize,
    count: usize,
    store: bool,
) {
    for first in (0..width).step_by(SIDE) {
        let c = &mut c[first * stride..];
        let inside = SIDE.min(width - first);
        let mut square = [[0.0; SIDE]; SIDE];
        if store {
            let rows = sums.each_ref().map(|row| &row.as_chunks::<SIDE>().0[first / SIDE]);
            transpose(rows, &mut square, 0);
        }
        for (c, row) in c.chunks_mut(stride).zip(&mut square).take(inside) {
            match c.first_chunk_mut::<SIDE>() {
                Some(c) if count == SIDE => {
                    if store {
                        *c = *row
                    } else {
                        *row = *c
                    }
                }
                _ => {
                    let (c, row) = (&mut c[..count], &mut row[..count]);
                    if store { c.copy_from_slice(row) } else { row.copy_from_slice(c) }
                }
            }
        }
        if !store {
            transpose(square.each_ref(), sums, first);
        }
    }
}
