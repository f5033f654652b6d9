//! CPU twin of `shaders/activate.wgsl`: y = activation(x).

use super::Machine;
use super::math::{self, Apply};
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{Activate, Step};
use crate::spec::Activation;

/// Values per piece that a thread takes.
const SHARE: usize = 8192;

pub(super) fn run(o: &Activate, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let len = (step.rows * o.samples * o.width) as usize;
    memory.write([o.y], |memory, [y]| {
        let x = memory.read(o.x);
        machine.threads.each(Chunks::new(&mut y[..len], SHARE), |piece, y| {
            let x = &x[piece * SHARE..];
            machine.isa.run(Map { x, y: y.values(), activation: o.activation });
        });
    });
}

struct Map<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
    activation: Activation,
}

impl Task for Map<'_> {
    #[inline(always)]
    fn run(self) {
        math::activation(self.activation, self);
    }
}

impl Apply for Map<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y = f(x);
        }
    }
}
