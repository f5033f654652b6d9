//! The innermost product: one tile of C kept in registers over a whole pass of the reduction.

/// Packed operands of one tile, and where the tile lies.
#[derive(Debug)]
pub(crate) struct Tile<'a> {
    /// `[depth, MR]`
    pub(crate) a: &'a [f32],
    /// `[depth, NR]`
    pub(crate) b: &'a [f32],
    /// From the tile's first value on.
    pub(crate) c: &'a mut [f32],
    /// Distance between C's rows.
    pub(crate) stride: usize,
    /// Whether sums begin with what is in C: a sum is one chain of additions, however it is cut into passes.
    pub(crate) accumulate: bool,
}

/// One row of C over columns of B that lie one after the other wherever each of B's rows begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strip<'a> {
    /// `[depth, MR]`, of which one row counts.
    pub(crate) a: &'a [f32],
    pub(crate) row: usize,
    /// `[depth]`: where B's rows begin.
    pub(crate) places: &'a [usize],
    pub(crate) b: &'a [f32],
}

/// A register tile of MR×NR values.
pub(crate) trait Kernel<const MR: usize, const NR: usize>: Copy + Send + Sync {
    /// Computes one whole tile.
    fn tile(self, tile: Tile<'_>);

    /// Computes 2·NR values of one row.
    fn strip(self, strip: Strip<'_>, c: &mut [f32]);
}
