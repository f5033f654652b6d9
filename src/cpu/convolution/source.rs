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

    /// Columns of a plane of remainder `phase` that lie within the image.
    fn inside(&self, phase: usize, extent: usize, most: usize) -> std::ops::Range<usize> {
        let start = self.lead.saturating_sub(phase).div_ceil(self.step).min(most);
        let end = (self.lead + extent).saturating_sub(phase).div_ceil(self.step).min(most);
        start..end.max(start)
    }
}

/// Copies images, as many as `to` has room for.
pub(super) struct Fill<'a> {
    pub(super) source: Source,
    pub(super) images: &'a [f32],
    pub(super) to: &'a mut [f32],
}

impl Task for Fill<'_> {
    #[inline(always)]
    fn run(self) {
        let s = self.source;
        let planes = self.to.chunks_exact_mut(s.phases * s.phases * s.rows * s.pitch);
        for (channel, planes) in self.images.chunks_exact(s.height * s.width).zip(planes) {
            for (phase, plane) in planes.chunks_exact_mut(s.rows * s.pitch).enumerate() {
                let (below, right) = (phase / s.phases, phase % s.phases);
                let rows = s.inside(below, s.height, s.rows);
                let columns = s.inside(right, s.width, s.pitch);
                plane[..rows.start * s.pitch].fill(0.0);
                plane[rows.end * s.pitch..].fill(0.0);
                for row in rows {
                    let to = &mut plane[row * s.pitch..][..s.pitch];
                    to[..columns.start].fill(0.0);
                    to[columns.end..].fill(0.0);
                    if !columns.is_empty() {
                        let y = row * s.step + below - s.lead;
                        let x = columns.start * s.step + right - s.lead;
                        let from = &channel[y * s.width + x..(y + 1) * s.width];
                        every(s.step, from, &mut to[columns.clone()]);
                    }
                }
            }
        }
    }
}

/// Every `step`th value.
#[inline(always)]
fn every(step: usize, from: &[f32], to: &mut [f32]) {
    match step {
        1 => to.copy_from_slice(&from[..to.len()]),
        2 => {
            let (pairs, rest) = from.as_chunks::<2>();
            let (whole, last) = to.split_at_mut(pairs.len().min(to.len()));
            for (to, [even, _]) in whole.iter_mut().zip(pairs) {
                *to = *even;
            }
            last.copy_from_slice(&rest[..last.len()]);
        }
        _ => {
            for (to, &from) in to.iter_mut().zip(from.iter().step_by(step)) {
                *to = from;
            }
        }
    }
}
