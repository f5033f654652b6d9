//! CPU twin of `shaders/adam.wgsl`.

use super::Machine;
use super::memory::Memory;
use super::update::{self, Rule};
use crate::op::{Step, Update};

pub(super) fn run(o: &Update, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let rule = Adam {
        beta1: o.a,
        beta2: o.b,
        epsilon: o.epsilon,
        rate: step.learning_rate / step.bias1,
        inverse_sqrt_bias2: 1.0 / step.bias2.sqrt(),
    };
    update::run(o, machine, memory, rule);
}

#[derive(Debug, Clone, Copy)]
struct Adam {
    beta1: f32,
    beta2: f32,
    epsilon: f32,
    /// Learning rate over the first bias correction.
    rate: f32,
    inverse_sqrt_bias2: f32,
}

impl Rule for Adam {
    #[inline(always)]
    fn step(self, gradient: f32, first: &mut f32, second: &mut f32) -> f32 {
        *first = self.beta1 * *first + (1.0 - self.beta1) * gradient;
        *second = self.beta2 * *second + (1.0 - self.beta2) * gradient * gradient;
        self.rate * *first / (second.sqrt() * self.inverse_sqrt_bias2 + self.epsilon)
    }
}
