//! CPU twin of `shaders/conv_transpose.wgsl`: y = epilogue(xᵀ ⋆ W).

use super::Machine;
use super::convolution::{Correlation, Direction, correlate};
use super::memory::Memory;
use crate::op::{ConvTranspose, Step};

pub(super) fn run(o: &ConvTranspose, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let len = step.rows * o.samples * o.geometry.large.len();
    memory.write([o.y], |memory, [y]| {
        let job = Correlation {
            geometry: &o.geometry,
            direction: Direction::Transposed,
            x: memory.read(o.x),
            weight: memory.read(o.weight),
            epilogue: o.epilogue,
            side: memory.read(o.side),
        };
        correlate(machine, job, &mut y[..len as usize]);
    });
}
