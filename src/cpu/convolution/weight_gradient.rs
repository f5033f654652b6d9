//! The gradient with respect to a convolution's weight: a product reduced over the pixels of all images.

use super::columns::{Copies, Gather, Grid, Run};
use super::source::{Fill, Source};
use super::workspace::{Scratch, Workspace, gradient_grids, gradient_group, gradient_source};
use crate::cpu::Machine;
use crate::cpu::gemm::{
    Along, Column, Kernel, Operand, Pack, Panels, Tiled, column_of_tiles, pack, pass, with_kernel,
};
use crate::cpu::simd::Isa;
use crate::cpu::threads::{Chunks, Threads};
use crate::spec::Geometry;

/// Taps of one row that a copy takes: kernels are small.
const TAPS: usize = 4;

/// Computes every part of the gradient: slice i of `partial` sums rows i·⌈rows/slices⌉ up to (i+1)·⌈rows/slices⌉.
pub(crate) fn weight_gradient(
    machine: &mut Machine,
    g: &Geometry,
    rows: usize,
    large: &[f32],
    small: &[f32],
    partial: &mut [f32],
) {
    let Machine { isa, threads, convolution: scratch, .. } = machine;
    let (pixels, taps) = gradient_grids(g);
    let shape = Shape {
        source: gradient_source(g),
        group: gradient_group(g),
        stride: g.stride as usize,
        channels: g.small.channels as usize,
        pixels,
        taps,
    };
    with_kernel(*isa, Work { isa: *isa, threads, scratch, shape, rows, large, small, partial });
}

#[derive(Debug, Clone, Copy)]
struct Shape {
    source: Source,
    /// Images that are reduced over together.
    group: usize,
    stride: usize,
    /// Of the small image.
    channels: usize,
    /// What is reduced over.
    pixels: Grid,
    /// Columns of the product.
    taps: Grid,
}

struct Work<'a> {
    isa: Isa,
    threads: &'a Threads,
    scratch: &'a Scratch,
    shape: Shape,
    rows: usize,
    large: &'a [f32],
    small: &'a [f32],
    partial: &'a mut [f32],
}

impl Tiled for Work<'_> {
    fn run<const MR: usize, const NR: usize>(self, kernel: impl Kernel<MR, NR>) {
        let Self { isa, threads, scratch, shape, rows, large, small, partial } = self;
        let Shape { source, group, .. } = shape;
        let large_len = source.channels * source.height * source.width;
        let small_len = shape.channels * shape.pixels.area();
        let weight = shape.channels * shape.taps.area();
        let share = rows.div_ceil(partial.len() / weight);
        threads.each(Chunks::new(partial, weight), |slice, gradient| {
            let gradient = gradient.values();
            let (first, end) = ((slice * share).min(rows), ((slice + 1) * share).min(rows));
            if first == end {
                gradient.fill(0.0);
            }
            let workspace = &mut *scratch.workspace(threads);
            for row in (first..end).step_by(group) {
                let count = group.min(end - row);
                let images = &large[row * large_len..][..count * large_len];
                isa.run(Fill { source, images, to: &mut workspace.source });
                let small = &small[row * small_len..][..count * small_len];
                let begun = row > first;
                accumulate::<MR, NR>(kernel, isa, &shape, small, begun, workspace, gradient);
            }
        });
    }
}

/// Adds what some images contribute; their large halves are in the workspace.
fn accumulate<const MR: usize, const NR: usize>(
    kernel: impl Kernel<MR, NR>,
    isa: Isa,
    shape: &Shape,
    small: &[f32],
    begun: bool,
    workspace: &mut Workspace,
    gradient: &mut [f32],
) {
    let Workspace { source, columns: panel, rows: packed, places } = workspace;
    let panel: &mut [f32] = bytemuck::cast_slice_mut(panel);
    let packed: &mut [f32] = bytemuck::cast_slice_mut(packed);
    let Shape { channels, pixels, taps, stride, .. } = *shape;
    let area = pixels.area();
    let depth = area * (small.len() / (channels * area));
    for from in (0..depth).step_by(pass::<NR>(depth)) {
        let part = from..depth.min(from + pass::<NR>(depth));
        let places = &mut places[..part.len()];
        for run in pixels.runs(part.clone()) {
            let place = run.grid * shape.source.len() + (run.row * shape.source.pitch + run.column) * stride;
            for (i, to) in places[run.at..run.at + run.len].iter_mut().enumerate() {
                *to = place + i * stride;
            }
        }
        let packed = &mut packed[..channels.next_multiple_of(MR) * part.len()];
        for (i, to) in packed.chunks_exact_mut(MR * part.len()).enumerate() {
            for run in (Grid { rows: 1, columns: area }).runs(part.clone()) {
                let values = &small[run.grid * channels * area + run.column..];
                let task = Pack::<MR> {
                    from: Operand { values, stride: area, along: Along::Reduction },
                    first: i * MR,
                    count: MR.min(channels - i * MR),
                    depth: run.len,
                    to: &mut to[run.at * MR..(run.at + run.len) * MR],
                };
                pack(isa, task);
            }
        }
        for column in (0..taps.area()).step_by(NR) {
            let columns = NR.min(taps.area() - column);
            let place = |run: &Run| {
                let (channel, y) = (run.row / taps.columns, run.row % taps.columns);
                shape.source.offset(channel, y, run.column)
            };
            let runs = taps.runs(column..column + columns);
            isa.run(Gather::<NR, TAPS> {
                source,
                rows: places,
                copies: Copies::of(runs.map(|run| (run, place(&run)))),
                to: panel,
            });
            let a = Panels { values: packed, depth: part.len(), from: 0, to: part.len() };
            let c = Column { c: gradient, stride: taps.area(), first: column, columns };
            column_of_tiles(kernel, a, &panel[..part.len() * NR], c, begun || from > 0);
        }
    }
}
