//! CPU twin of `shaders/activate.wgsl`: y = activation(x).

use super::Machine;
use super::memory::Memory;
use super::pointwise;
use super::threads::Chunks;
use crate::op::{Activate, Step};

/// Values per piece that a thread takes.
const SHARE: usize = 8192;

pub(super) fn run(o: &Activate, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let len = (step.rows * o.samples * o.width) as usize;
    memory.write([o.y], |memory, [y]| {
        let x = memory.read(o.x);
        machine.threads.each(Chunks::new(&mut y[..len], SHARE), |piece, y| {
            let y = y.values();
            y.copy_from_slice(&x[piece * SHARE..][..y.len()]);
            pointwise::activate(machine.isa, o.activation, y);
        });
    });
}
