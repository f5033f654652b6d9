//! CPU twin of `shaders/conv.wgsl`: y = epilogue(x ⋆ W).

use super::Machine;
use super::convolution::{Correlation, Direction, correlate};
use super::memory::Memory;
use crate::op::{Conv, Step};

pub(super) fn run(o: &Conv, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let len = step.rows * o.samples * o.geometry.small.len();
    memory.write([o.y], |memory, [y]| {
        let job = Correlation {
            geometry: &o.geometry,
            direction: Direction::Forward,
            x: memory.read(o.x),
            weight: memory.read(o.weight),
            epilogue: o.epilogue,
            side: memory.read(o.side),
        };
        correlate(machine, job, &mut y[..len as usize]);
    });
}
