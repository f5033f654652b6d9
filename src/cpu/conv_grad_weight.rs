//! CPU twin of `shaders/conv_grad_weight.wgsl`: dW of a convolution in parts.

use super::Machine;
use super::convolution::weight_gradient;
use super::memory::Memory;
use crate::op::{ConvGradWeight, Step};

pub(super) fn run(o: &ConvGradWeight, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.partial], |memory, [partial]| {
        let partial = &mut partial[..(o.slices * o.geometry.weight()) as usize];
        weight_gradient(machine, &o.geometry, rows, memory.read(o.large), memory.read(o.small), partial);
    });
}
