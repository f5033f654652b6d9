//! Copies of operands in the order in which a kernel reads them.

use crate::cpu::simd::Task;

/// Which index of an operand neighbours in memory differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Along {
    /// The reduction.
    Reduction,
    /// The rows or columns of the result.
    Outer,
}

/// One factor of a product.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub(crate) values: &'a [f32],
    /// Distance between neighbours in the other index.
    pub(crate) stride: usize,
    pub(crate) along: Along,
}

/// Copies outer indices `first..first + count` to `to[r·P + i]`, padded with zeros to `P`.
pub(crate) struct Pack<'a, const P: usize> {
    pub(crate) from: Operand<'a>,
    pub(crate) first: usize,
    pub(crate) count: usize,
    pub(crate) depth: usize,
    /// `depth`·P values.
    pub(crate) to: &'a mut [f32],
}

impl<const P: usize> Task for Pack<'_, P> {
    #[inline(always)]
    fn run(self) {
        match self.from.along {
            Along::Outer => self.copy(),
            Along::Reduction => self.transpose(),
        }
    }
}

impl<const P: usize> Pack<'_, P> {
    #[inline(always)]
    fn copy(self) {
        let Operand { values, stride, .. } = self.from;
        for (r, to) in self.to.as_chunks_mut::<P>().0.iter_mut().enumerate() {
            let row = &values[r * stride + self.first..];
            match row.first_chunk::<P>() {
                Some(whole) if self.count == P => *to = *whole,
                _ => {
                    to[..self.count].copy_from_slice(&row[..self.count]);
                    to[self.count..].fill(0.0);
                }
            }
        }
    }

    /// Four outer indices at a time in blocks of 4×4; what is left over one value at a time.
    #[inline(always)]
    fn transpose(self) {
        const { assert!(P.is_multiple_of(4)) };
        let Operand { values, stride, .. } = self.from;
        let row = |i: usize| &values[(self.first + i) * stride..][..self.depth];
        for group in (0..P).step_by(4) {
            if group + 4 <= self.count {
                let rows = [row(group), row(group + 1), row(group + 2), row(group + 3)];
                let blocks = rows.map(|r| r.as_chunks::<4>().0);
                for (b, to) in self.to.chunks_exact_mut(4 * P).enumerate() {
                    let block = blocks.map(|r| r[b]);
                    for (j, to) in to.chunks_exact_mut(P).enumerate() {
                        to[group..group + 4].copy_from_slice(&block.map(|r| r[j]));
                    }
                }
                for r in self.depth / 4 * 4..self.depth {
                    for (i, row) in rows.iter().enumerate() {
                        self.to[r * P + group + i] = row[r];
                    }
                }
            } else {
                for i in group..group + 4 {
                    for r in 0..self.depth {
                        self.to[r * P + i] = if i < self.count { row(i)[r] } else { 0.0 };
                    }
                }
            }
        }
    }
}
