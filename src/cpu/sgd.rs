//! CPU twin of `shaders/sgd.wgsl`.

use super::Machine;
use super::memory::Memory;
use super::update::{self, Rule};
use crate::op::{Step, Update};

pub(super) fn run(o: &Update, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    update::run(o, machine, memory, Sgd { momentum: o.a, rate: step.learning_rate });
}

#[derive(Debug, Clone, Copy)]
struct Sgd {
    momentum: f32,
    rate: f32,
}

impl Rule for Sgd {
    #[inline(always)]
    fn step(self, gradient: f32, first: &mut f32, _second: &mut f32) -> f32 {
        *first = self.momentum * *first + gradient;
        self.rate * *first
    }
}
