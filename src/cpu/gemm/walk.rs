//! The innermost loop of products with a sparse factor: a row of sums in registers, along a list of terms.

use super::terms::Term;

/// Parts of a row that can be computed by themselves.
pub(crate) const PARTS: usize = 4;

/// One row's terms, and what they are multiplied by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    pub(crate) terms: &'a [Term],
    /// `[depth, WIDE]`
    pub(crate) panel: &'a [f32],
}

/// A row of `WIDE` sums.
pub(crate) trait Walker<const WIDE: usize>: Copy + Send + Sync {
    /// Adds to the first `COUNT` of the [`PARTS`] that the row consists of.
    fn parts<const COUNT: usize>(self, walk: Walk<'_>, sums: &mut [f32; WIDE]);

    /// Adds to the first `columns` sums or more. Not inlined: it is called from two loops.
    #[inline(never)]
    fn walk(self, walk: Walk<'_>, columns: usize, sums: &mut [f32; WIDE]) {
        const { assert!(PARTS == 4) };
        if columns > WIDE / 2 {
            self.parts::<4>(walk, sums);
        } else {
            self.parts::<2>(walk, sums);
        }
    }
}
