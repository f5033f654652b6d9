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
    /// Whether to add to what is in C.
    pub(crate) accumulate: bool,
}

/// A register tile of MR×NR values.
pub(crate) trait Kernel<const MR: usize, const NR: usize>: Copy + Send + Sync {
    /// Computes one whole tile.
    fn tile(self, tile: Tile<'_>);
}

/// Plain Rust that compilers turn into vectors of four: for targets without a kernel of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

impl Kernel<4, 8> for Portable {
    fn tile(self, tile: Tile<'_>) {
        let mut sums = [[0.0_f32; 8]; 4];
        for (a, b) in tile.a.as_chunks::<4>().0.iter().zip(tile.b.as_chunks::<8>().0) {
            for i in 0..4 {
                for j in 0..8 {
                    sums[i][j] += a[i] * b[j];
                }
            }
        }
        for (sums, c) in sums.iter().zip(tile.c.chunks_mut(tile.stride)) {
            for (c, &sum) in c[..8].iter_mut().zip(sums) {
                *c = if tile.accumulate { *c + sum } else { sum };
            }
        }
    }
}
