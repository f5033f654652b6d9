//! CPU twin of `shaders/rmsprop.wgsl`.

use super::Machine;
use super::memory::Memory;
use super::update::{self, Rule};
use crate::op::{Step, Update};

pub(super) fn run(o: &Update, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let rule = RmsProp { alpha: o.a, momentum: o.b, epsilon: o.epsilon, rate: step.learning_rate };
    update::run(o, machine, memory, rule);
}

#[derive(Debug, Clone, Copy)]
struct RmsProp {
    alpha: f32,
    momentum: f32,
    epsilon: f32,
    rate: f32,
}

impl Rule for RmsProp {
    #[inline(always)]
    fn step(self, gradient: f32, first: &mut f32, second: &mut f32) -> f32 {
        *second = self.alpha * *second + (1.0 - self.alpha) * gradient * gradient;
        *first = self.momentum * *first + gradient / (second.sqrt() + self.epsilon);
        self.rate * *first
    }
}
