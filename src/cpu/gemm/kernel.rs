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

/// aarch64 has 32 vector registers and needs many sums in flight; other targets have 16.
const ROWS: usize = if cfg!(target_arch = "aarch64") { 8 } else { 4 };
const COLUMNS: usize = 8;

/// Plain Rust that compilers turn into vectors of four: for targets without a kernel of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

#[inline(always)]
fn multiply_add(a: f32, b: f32, sum: f32) -> f32 {
    // Elsewhere `mul_add` may be a call of a library function.
    if cfg!(target_arch = "aarch64") { a.mul_add(b, sum) } else { sum + a * b }
}

impl Kernel<ROWS, COLUMNS> for Portable {
    fn tile(self, tile: Tile<'_>) {
        let mut sums = [[0.0; COLUMNS]; ROWS];
        for (a, b) in tile.a.as_chunks::<ROWS>().0.iter().zip(tile.b.as_chunks::<COLUMNS>().0) {
            for i in 0..ROWS {
                for j in 0..COLUMNS {
                    sums[i][j] = multiply_add(a[i], b[j], sums[i][j]);
                }
            }
        }
        for (sums, c) in sums.iter().zip(tile.c.chunks_mut(tile.stride)) {
            for (c, &sum) in c[..COLUMNS].iter_mut().zip(sums) {
                *c = if tile.accumulate { *c + sum } else { sum };
            }
        }
    }
}
