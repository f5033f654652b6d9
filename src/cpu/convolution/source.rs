//! Images copied between zeros, so that what a kernel's tap reads is found by adding to a position.

use crate::cpu::simd::Task;

/// Channels of an image in padded planes. Where a convolution strides, each channel is split into one plane
/// per remainder of its padded rows and columns by the stride: neighbours in a plane are then what neighbours
/// in the result read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// The image.
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    /// Zeros before its first row and column.
    pub(super) lead: usize,
    /// Padded rows and columns from one of a plane to the next.
    pub(super) step: usize,
    /// Remainders that are kept, in each direction.
    pub(super) phases: usize,
    /// Size of a plane.
    pub(super) rows: usize,
    pub(super) pitch: usize,
}

impl Source {
    /// Values of one image.
    pub(super) const fn len(&self) -> usize {
        self.channels * self.phases * self.phases * self.rows * self.pitch
    }

    /// Where pixel (y, x) of a padded channel lies.
    pub(super) const fn offset(&self, channel: usize, y: usize, x: usize) -> usize {
        let plane = (channel * self.phases + y % self.step) * self.phases + x % self.step;
        (plane * self.rows + y / self.step) * self.pitch + x / self.step
    }

    /// Rows or columns of a plane of remainder `phase` that lie within an image of that `extent`.
    const fn inside(&self, phase: usize, extent: usize, most: usize) -> (usize, usize) {
        let start = self.lead.saturating_sub(phase).div_ceil(self.step);
        let end = (self.lead + extent).saturating_sub(phase).div_ceil(self.step);
        let end = if end < most { end } else { most };
        (if start < end { start } else { end }, end)
    }
}

/// Copies images, as many as there are. Values go eight at a time: what is written too much is mended by what
/// follows, so `to` must reach that far past the last image.
pub(super) struct Fill<'a> {
    pub(super) source: Source,
    pub(super) images: &'a [f32],
    pub(super) to: &'a mut [f32],
}

impl Task for Fill<'_> {
    #[inline(always)]
    fn run(self) {
        let s = self.source;
        let plane = s.rows * s.pitch;
        let mut to = 0;
        for image in (0..self.images.len()).step_by(s.height * s.width) {
            for below in 0..s.phases {
                let (top, bottom) = s.inside(below, s.height, s.rows);
                for right in 0..s.phases {
                    let (left, end) = s.inside(right, s.width, s.pitch);
                    let plane = &mut self.to[to..][..plane + WIDE];
                    zeros(plane, 0, top * s.pitch);
                    for row in top..bottom {
                        let to = &mut plane[row * s.pitch..];
                        zeros(to, 0, left);
                        if left < end {
                            let y = row * s.step + below - s.lead;
                            let x = left * s.step + right - s.lead;
                            every(s.step, &self.images[image + y * s.width + x..], to, left, end);
                        }
                        zeros(to, end, s.pitch);
                    }
                    zeros(plane, bottom * s.pitch, s.rows * s.pitch);
                    to += s.rows * s.pitch;
                }
            }
        }
    }
}

/// Values per copy.
const WIDE: usize = 8;

#[inline(always)]
fn zeros(to: &mut [f32], from: usize, end: usize) {
    for at in (from..end).step_by(WIDE) {
        to[at..at + WIDE].copy_from_slice(&[0.0; WIDE]);
    }
}

/// Every `step`th value.
#[inline(always)]
fn every(step: usize, from: &[f32], to: &mut [f32], start: usize, end: usize) {
    for at in (start..end).step_by(WIDE) {
        let from = &from[(at - start) * step..];
        let to = &mut to[at..at + WIDE];
        match (step, from.first_chunk::<{ 2 * WIDE }>()) {
            (1, Some(whole)) => to.copy_from_slice(&whole[..WIDE]),
            (2, Some(whole)) => to.copy_from_slice(&std::array::from_fn::<_, WIDE, _>(|i| whole[2 * i])),
            _ => {
                for (to, &from) in to.iter_mut().zip(from.iter().step_by(step)) {
                    *to = from;
                }
            }
        }
    }
}
