//! Copies of operands in the order in which a kernel reads them.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use super::wasm::transpose;
use crate::cpu::simd::{Isa, Task};

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

/// Runs `task`; not inlined, since every product packs two operands in either order.
#[inline(never)]
pub(crate) fn pack<const P: usize>(isa: Isa, task: Pack<'_, P>) {
    isa.run(task);
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

    /// Blocks of 4×4, all outer indices of some depth before the next: what is written stays in the first-level
    /// cache, and of each row a whole line is read.
    #[inline(always)]
    fn transpose(self) {
        const SIDE: usize = 4;
        const DEEP: usize = 64;
        let Operand { values, stride, .. } = self.from;
        let row = |i: usize| &values[(self.first + i) * stride..][..self.depth];
        let whole = self.count / SIDE * SIDE;
        for (block, to) in self.to.chunks_mut(DEEP * P).enumerate() {
            let depth = to.len() / P;
            let from = block * DEEP;
            for group in (0..whole).step_by(SIDE) {
                let rows: [&[f32]; SIDE] = std::array::from_fn(|i| &row(group + i)[from..from + depth]);
                let (squares, rest) = to.as_chunks_mut::<P>().0.as_chunks_mut::<SIDE>();
                for (square, to) in squares.iter_mut().enumerate() {
                    transpose(rows.map(|r| &r.as_chunks::<SIDE>().0[square]), to, group);
                }
                for (r, to) in rest.iter_mut().enumerate() {
                    for (to, row) in to[group..].iter_mut().zip(rows) {
                        *to = row[depth / SIDE * SIDE + r];
                    }
                }
            }
            for i in whole..P {
                for r in 0..depth {
                    to[r * P + i] = if i < self.count { row(i)[from + r] } else { 0.0 };
                }
            }
        }
    }
}

/// Writes `rows` as columns, from the one of that number on.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(super) fn transpose<const P: usize>(rows: [&[f32; 4]; 4], to: &mut [[f32; P]; 4], first: usize) {
    for (j, to) in to.iter_mut().enumerate() {
        to[first..first + 4].copy_from_slice(&rows.map(|row| row[j]));
    }
}
