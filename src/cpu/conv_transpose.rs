//! CPU twin of `shaders/conv_transpose.wgsl`: y = epilogue(xᵀ ⋆ W).

use super::Machine;
use super::conv::{finish, taps};
use super::memory::Memory;
use crate::op::{ConvTranspose, Step};

pub(super) fn run(o: &ConvTranspose, _machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let g = &o.geometry;
    let (large, small) = (g.large.len() as usize, g.small.len() as usize);
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.y], |memory, [y]| {
        let (x, w, side) = (memory.read(o.x), memory.read(o.weight), memory.read(o.side));
        for (row, y) in y.chunks_exact_mut(large).take(rows).enumerate() {
            let x = &x[row * small..][..small];
            y.fill(0.0);
            taps(g, |weight, to, from| y[to] += w[weight] * x[from]);
            finish(o.epilogue, y, side, row, g.large_area() as usize);
        }
    });
}
