//! A convolution or its transpose as products over the taps of padded images.
//!
//! A convolution is one product. A transpose with stride s is s² of them, one for each remainder of the
//! result's padded rows and columns by s: each reads only the taps that fall on its pixels (the "sub-pixel"
//! view of Shi et al., 2016), so that nothing is multiplied in vain and no two sums meet in one pixel.

use super::columns::Grid;
use super::source::Source;
use crate::spec::{Geometry, ImageShape};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the large image to the small one.
    Forward,
    /// From the small image to the large one.
    Transposed,
}

/// All sizes of one operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) source: Source,
    /// What comes out.
    pub(super) result: ImageShape,
    /// Pixels of the result from one of a product's to the next.
    pub(super) step: usize,
    direction: Direction,
    kernel: usize,
    /// Rows and columns that are cut off before the result's first.
    cut: usize,
    /// Values of the weight between neighbouring channels of the result.
    pub(super) channel: usize,
}

/// One product: which pixels of the result it computes, and where in the source their sums begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    /// The remainder of the result's padded rows and columns.
    phase: (usize, usize),
    /// The pixels.
    pub(super) grid: Grid,
    /// The first one in the result.
    pub(super) y: usize,
    pub(super) x: usize,
    /// Its place in an image's source.
    pub(super) origin: usize,
}

impl Shape {
    pub(super) const fn new(g: &Geometry, direction: Direction) -> Self {
        let (kernel, stride, padding) = (g.kernel as usize, g.stride as usize, g.padding as usize);
        let (image, result) = match direction {
            Direction::Forward => (g.large, g.small),
            Direction::Transposed => (g.small, g.large),
        };
        let (channels, height, width) =
            (image.channels as usize, image.height as usize, image.width as usize);
        // Steps that the taps of one sum reach over.
        let reach = (kernel - 1) / stride;
        match direction {
            Direction::Forward => {
                let phases = if stride < kernel { stride } else { kernel };
                let (rows, pitch) = (result.height as usize + reach, result.width as usize + reach);
                let source =
                    Source { channels, height, width, lead: padding, step: stride, phases, rows, pitch };
                Self { source, result, step: 1, direction, kernel, cut: 0, channel: g.taps() as usize }
            }
            Direction::Transposed => {
                let rows = (padding + result.height as usize - 1) / stride + 1 + reach;
                let pitch = (padding + result.width as usize - 1) / stride + 1 + reach;
                let source = Source { channels, height, width, lead: reach, step: 1, phases: 1, rows, pitch };
                Self {
                    source,
                    result,
                    step: stride,
                    direction,
                    kernel,
                    cut: padding,
                    channel: kernel * kernel,
                }
            }
        }
    }

    /// Values of an image that goes in.
    pub(super) const fn image(&self) -> usize {
        self.source.channels * self.source.height * self.source.width
    }

    /// Pixels of one channel that comes out.
    pub(super) const fn result_area(&self) -> usize {
        self.result.height as usize * self.result.width as usize
    }

    /// Values of the weight; each is used by exactly one product.
    pub(super) const fn weight(&self) -> usize {
        self.source.channels * self.result.channels as usize * self.kernel * self.kernel
    }

    /// Pixels of the largest product.
    pub(super) const fn area(&self) -> usize {
        (self.result.height as usize).div_ceil(self.step) * (self.result.width as usize).div_ceil(self.step)
    }

    /// All products that compute anything.
    pub(super) fn products(self) -> impl Iterator<Item = Product> {
        let Self { source, result, step, cut, .. } = self;
        let line = move |phase: usize, extent: u32| {
            let start = cut.saturating_sub(phase).div_ceil(step);
            let end = (cut + extent as usize).saturating_sub(phase).div_ceil(step);
            (start, end - start, start * step + phase - cut)
        };
        (0..step * step).filter_map(move |phase| {
            let phase = (phase / step, phase % step);
            let (top, rows, y) = line(phase.0, result.height);
            let (left, columns, x) = line(phase.1, result.width);
            let origin = top * source.pitch + left;
            let grid = Grid { rows, columns };
            (grid.area() > 0).then_some(Product { phase, grid, y, x, origin })
        })
    }

    /// Terms of a product's sums.
    pub(super) const fn depth(&self, product: &Product) -> usize {
        let (below, right) = product.phase;
        let taps = self.kernel.saturating_sub(below).div_ceil(self.step);
        self.source.channels * taps * self.kernel.saturating_sub(right).div_ceil(self.step)
    }

    /// For each term of a product's sums, the place in the source and the one in the weight.
    pub(super) fn terms(self, product: &Product) -> impl Iterator<Item = (usize, usize)> {
        let Self { source, result, step, direction, kernel, .. } = self;
        let (outputs, taps) = (result.channels as usize, kernel * kernel);
        let (below, right) = product.phase;
        (0..source.channels).flat_map(move |channel| {
            (below..kernel).step_by(step).flat_map(move |ky| {
                (right..kernel).step_by(step).map(move |kx| {
                    let tap = ky * kernel + kx;
                    match direction {
                        Direction::Forward => (source.offset(channel, ky, kx), channel * taps + tap),
                        Direction::Transposed => {
                            let (y, x) = (source.lead - ky / step, source.lead - kx / step);
                            (source.offset(channel, y, x), channel * outputs * taps + tap)
                        }
                    }
                })
            })
        })
    }
}
