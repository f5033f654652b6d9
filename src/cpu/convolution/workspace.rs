//! Memory of convolutions, reserved when a plan is compiled.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::columns::Grid;
use super::shape::{Direction, Shape};
use super::source::Source;
use crate::cpu::gemm::{DEPTH, LINE, Line, MOST_DEPTH, MOST_TILE_COLUMNS, MOST_TILE_ROWS, ROWS};
use crate::cpu::threads::Threads;
use crate::cpu::zeros;
use crate::error::Result;
use crate::op::Op;
use crate::spec::Geometry;

/// Columns that are computed before they are stored; a multiple of every tile's.
pub(super) const BLOCK: usize = 64;
/// Columns of one piece of work, where images are small enough: fewer would leave part of the last tile empty.
const COLUMNS: usize = 1024;
/// Values of the padded images of one piece: they stay in the second-level cache.
const SOURCE: usize = 1 << 16;
/// What a copy into a panel may read or write too much.
pub(super) const SLACK: usize = 8;
/// What may be read past the last image's source.
const TAIL: usize = 2 * MOST_TILE_COLUMNS;

/// Everything that is kept from step to step.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Packed weights of all products of an operation.
    pub(super) weight: Vec<Line>,
    /// Where the terms of its sums lie in the source and in the weight.
    pub(super) places: Vec<usize>,
    pub(super) taps: Vec<usize>,
    /// One for each thread.
    workspaces: Vec<Mutex<Workspace>>,
}

/// A thread's own.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Padded images.
    pub(super) source: Vec<f32>,
    /// Panels of columns.
    pub(super) columns: Vec<Line>,
    /// Panels of rows, in weight gradients; sums before they are stored, otherwise.
    pub(super) rows: Vec<Line>,
    /// Where a panel's rows lie in the source.
    pub(super) places: Vec<usize>,
}

impl Scratch {
    /// Makes room for `op` with up to `images` images.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory)
    pub(crate) fn reserve(&mut self, op: &Op, images: u32, threads: &Threads) -> Result<()> {
        let (shape, samples) = match op {
            Op::Conv(o) => (Shape::new(&o.geometry, Direction::Forward), o.samples),
            Op::ConvTranspose(o) => (Shape::new(&o.geometry, Direction::Transposed), o.samples),
            Op::ConvGradWeight(o) => return self.reserve_gradient(&o.geometry, images * o.samples, threads),
            _ => return Ok(()),
        };
        let terms = shape.weight() / shape.result.channels as usize;
        let packed = terms * (shape.result.channels as usize + MOST_TILE_ROWS);
        grow(&mut self.weight, packed.div_ceil(LINE))?;
        grow(&mut self.places, terms)?;
        grow(&mut self.taps, terms)?;
        let group = group(&shape, (images * samples) as usize, threads);
        self.each(threads, |workspace| {
            grow(&mut workspace.source, group * shape.source.len() + TAIL)?;
            grow(&mut workspace.columns, (DEPTH * MOST_TILE_COLUMNS + SLACK).div_ceil(LINE))?;
            grow(&mut workspace.rows, (ROWS + MOST_TILE_ROWS) * BLOCK / LINE)
        })
    }

    fn reserve_gradient(&mut self, g: &Geometry, rows: u32, threads: &Threads) -> Result<()> {
        let source = gradient_source(g);
        let images = gradient_group(g).min(rows as usize);
        let depth = MOST_DEPTH.min(images * g.small_area() as usize);
        let channels = g.small.channels as usize + MOST_TILE_ROWS;
        self.each(threads, |workspace| {
            grow(&mut workspace.source, images * source.len() + TAIL)?;
            grow(&mut workspace.columns, (DEPTH * MOST_TILE_COLUMNS + SLACK).div_ceil(LINE))?;
            grow(&mut workspace.rows, (channels * depth).div_ceil(LINE))?;
            grow(&mut workspace.places, depth)
        })
    }

    fn each(&mut self, threads: &Threads, f: impl Fn(&mut Workspace) -> Result<()>) -> Result<()> {
        self.workspaces.resize_with(threads.count(), Mutex::default);
        for workspace in &mut self.workspaces {
            f(workspace.get_mut().unwrap_or_else(PoisonError::into_inner))?;
        }
        Ok(())
    }

    /// The calling thread's. It holds it for one piece of work, and no other asks for it.
    pub(super) fn workspace(&self, threads: &Threads) -> MutexGuard<'_, Workspace> {
        self.workspaces[threads.index()].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn grow<T: bytemuck::Zeroable + Clone>(memory: &mut Vec<T>, len: usize) -> Result<()> {
    if memory.len() < len {
        *memory = zeros(len)?;
    }
    Ok(())
}

/// Images of one piece of work.
pub(super) fn group(shape: &Shape, rows: usize, threads: &Threads) -> usize {
    let most = (COLUMNS / shape.area()).min(SOURCE / shape.source.len()).max(1);
    most.min(rows.div_ceil(2 * threads.count()))
}

/// The large image with its padding, in one plane per channel.
pub(super) const fn gradient_source(g: &Geometry) -> Source {
    let (kernel, stride) = (g.kernel as usize, g.stride as usize);
    Source {
        channels: g.large.channels as usize,
        height: g.large.height as usize,
        width: g.large.width as usize,
        lead: g.padding as usize,
        step: 1,
        phases: 1,
        rows: (g.small.height as usize - 1) * stride + kernel,
        pitch: (g.small.width as usize - 1) * stride + kernel,
    }
}

/// Images whose pixels are reduced over together; the same on every machine, since sums are cut there.
pub(super) const fn gradient_group(g: &Geometry) -> usize {
    let images = DEPTH / g.small_area() as usize;
    if images == 0 { 1 } else { images }
}

/// The pixels of a weight gradient's reduction, and the taps of its columns.
pub(super) const fn gradient_grids(g: &Geometry) -> (Grid, Grid) {
    let pixels = Grid { rows: g.small.height as usize, columns: g.small.width as usize };
    (pixels, Grid { rows: (g.large.channels * g.kernel) as usize, columns: g.kernel as usize })
}
