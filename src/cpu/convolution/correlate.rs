//! A convolution or its transpose.

use super::columns::{Copies, Gather, Run};
use super::epilogue::finish;
use super::narrow::narrow;
use super::shape::{Direction, Product, Shape};
use super::source::Fill;
use super::store::Store;
use super::workspace::{BLOCK, SLACK, Scratch, Workspace, group};
use crate::cpu::Machine;
use crate::cpu::gemm::{Column, Kernel, Panels, ROWS, Tiled, column_of_tiles, pass, with_kernel};
use crate::cpu::simd::{Isa, Task};
use crate::cpu::threads::{Chunks, Threads};
use crate::op::Epilogue;
use crate::spec::Geometry;

/// One operation over the rows of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correlation<'a> {
    pub(crate) geometry: &'a Geometry,
    pub(crate) direction: Direction,
    /// `[rows, image]`
    pub(crate) x: &'a [f32],
    pub(crate) weight: &'a [f32],
    pub(crate) epilogue: Epilogue,
    /// What the epilogue reads.
    pub(crate) side: &'a [f32],
}

/// Computes the results of all rows that `y` has room for.
pub(crate) fn correlate(machine: &mut Machine, job: Correlation<'_>, y: &mut [f32]) {
    let Machine { isa, threads, convolution: scratch, .. } = machine;
    let shape = Shape::new(job.geometry, job.direction);
    with_kernel(*isa, Work { isa: *isa, threads, shape, job, scratch, y });
}

struct Work<'a> {
    isa: Isa,
    threads: &'a Threads,
    shape: Shape,
    job: Correlation<'a>,
    scratch: &'a mut Scratch,
    y: &'a mut [f32],
}

impl Tiled for Work<'_> {
    fn run<const MR: usize, const NR: usize>(self, kernel: impl Kernel<MR, NR>) {
        const { assert!(BLOCK.is_multiple_of(NR)) };
        let Self { isa, threads, shape, job, scratch, y } = self;
        let packed = shape.result.channels.next_multiple_of(MR as u32) as usize;
        prepare::<MR>(isa, &shape, job.weight, scratch);
        let scratch = &*scratch;
        let weight: &[f32] = bytemuck::cast_slice(&scratch.weight);
        let (image, result) = (shape.image(), shape.result.len() as usize);
        let images = group(&shape, y.len() / result, threads);
        threads.each(Chunks::new(y, images * result), |piece, y| {
            let y = y.values();
            let count = y.len() / result;
            let workspace = &mut *scratch.workspace(threads);
            let from = &job.x[piece * images * image..][..count * image];
            isa.run(Fill { source: shape.source, images: from, to: &mut workspace.source });
            let mut done = 0;
            for product in shape.products() {
                let depth = shape.depth(&product);
                let terms = Terms {
                    depth,
                    weight: &weight[done * packed..][..depth * packed],
                    places: &scratch.places[done..][..depth],
                };
                multiply(kernel, isa, &shape, &product, terms, workspace, y);
                done += depth;
            }
            finish(isa, job.epilogue, y, job.side, piece * images * result, shape.result_area());
        });
    }
}

/// What is the same for all images of a product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) depth: usize,
    /// Panels of `[depth, MR]`.
    pub(super) weight: &'a [f32],
    /// `[depth]`: where each term lies in an image's source.
    pub(super) places: &'a [usize],
}

/// Packs the weights of all products.
fn prepare<const MR: usize>(isa: Isa, shape: &Shape, weight: &[f32], scratch: &mut Scratch) {
    let Scratch { weight: to, places, taps, .. } = scratch;
    let mut to: &mut [f32] = bytemuck::cast_slice_mut(to);
    let channels = shape.result.channels as usize;
    let mut done = 0;
    for product in shape.products() {
        let depth = shape.depth(&product);
        for (i, (place, tap)) in shape.terms(&product).enumerate() {
            (places[done + i], taps[i]) = (place, tap);
        }
        done += depth;
        for first in (0..channels).step_by(MR) {
            let panel;
            (panel, to) = to.split_at_mut(depth * MR);
            let weight = &weight[first * shape.channel..];
            let (stride, count) = (shape.channel, MR.min(channels - first));
            isa.run(Pack::<MR> { weight, taps: &taps[..depth], stride, count, to: panel });
        }
    }
}

/// Copies weights of up to `MR` channels of the result.
struct Pack<'a, const MR: usize> {
    weight: &'a [f32],
    taps: &'a [usize],
    /// Distance between channels.
    stride: usize,
    count: usize,
    /// `[depth, MR]`
    to: &'a mut [f32],
}

impl<const MR: usize> Task for Pack<'_, MR> {
    #[inline(always)]
    fn run(self) {
        for (to, &tap) in self.to.as_chunks_mut::<MR>().0.iter_mut().zip(self.taps) {
            for (i, to) in to.iter_mut().enumerate() {
                *to = if i < self.count { self.weight[i * self.stride + tap] } else { 0.0 };
            }
        }
    }
}

/// One product over the images in the workspace, from their source to its pixels of the result.
fn multiply<const MR: usize, const NR: usize>(
    kernel: impl Kernel<MR, NR>,
    isa: Isa,
    shape: &Shape,
    product: &Product,
    terms: Terms<'_>,
    workspace: &mut Workspace,
    y: &mut [f32],
) {
    let Workspace { source, columns: panel, rows: sums, .. } = workspace;
    let panel: &mut [f32] = bytemuck::cast_slice_mut(panel);
    let sums: &mut [f32] = bytemuck::cast_slice_mut(sums);
    let Product { grid, origin, .. } = *product;
    let channels = shape.result.channels as usize;
    if 2 * channels <= MR {
        return narrow(kernel, shape, product, terms, source, y);
    }
    let columns = grid.area() * (y.len() / shape.result.len() as usize);
    for block in (0..columns).step_by(BLOCK) {
        let until = columns.min(block + BLOCK);
        for first in (0..channels).step_by(ROWS / MR * MR) {
            let count = (channels - first).min(ROWS / MR * MR);
            let padded = count.next_multiple_of(MR);
            let sums = &mut sums[..padded * BLOCK];
            if terms.depth == 0 {
                sums.fill(0.0);
            }
            let weight = &terms.weight[first * terms.depth..][..padded * terms.depth];
            for from in (0..terms.depth).step_by(pass::<NR>(terms.depth)) {
                let to = terms.depth.min(from + pass::<NR>(terms.depth));
                for column in (block..until).step_by(NR) {
                    let runs = grid.runs(column..until.min(column + NR));
                    let place = |run: &Run| {
                        run.grid * shape.source.len() + origin + run.row * shape.source.pitch + run.column
                    };
                    isa.run(Gather::<NR, SLACK> {
                        source,
                        rows: &terms.places[from..to],
                        copies: Copies::of(runs.map(|run| (run, place(&run)))),
                        to: panel,
                    });
                    let a = Panels { values: weight, depth: terms.depth, from, to };
                    let b = &panel[..(to - from) * NR];
                    let c = Column { c: sums, stride: BLOCK, first: column - block, columns: NR };
                    column_of_tiles(kernel, a, b, c, from > 0);
                }
            }
            isa.run(Store { shape, product, columns: block..until, first, count, sums, y });
        }
    }
}
