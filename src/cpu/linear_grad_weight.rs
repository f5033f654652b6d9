//! CPU twin of `shaders/linear_grad_weight.wgsl`: dW = deltaᵀ·x and db = column sums of delta.

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::memory::Memory;
use super::pointwise;
use crate::op::{LinearGradWeight, Space, Step, View, WeightGradient};

pub(super) fn run(o: &LinearGradWeight, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let len = memory.arenas.grads.len() as u32;
    memory.write([View { space: Space::Grads, offset: 0, len }], |memory, [grads]| {
        for product in &o.products {
            gradient(product, machine, memory, grads, step);
        }
    });
}

fn gradient(p: &WeightGradient, machine: &mut Machine, memory: &Memory<'_>, grads: &mut [f32], step: &Step) {
    let (m, n, k) = ((step.rows * p.samples) as usize, p.outputs as usize, p.inputs as usize);
    let delta = &memory.read(p.delta)[..m * n];
    let sums = &mut grads[p.bias.range()][..n];
    sums.fill(0.0);
    delta.chunks_exact(n).for_each(|row| pointwise::add(machine.isa, sums, row));
    let product = Product {
        m: n,
        n: k,
        k: m,
        a: Operand { values: delta, stride: n, along: Along::Outer },
        b: Operand { values: memory.read(p.x), stride: k, along: Along::Outer },
    };
    let output = Output { c: &mut grads[p.weight.range()], side: &mut [], side_width: 0 };
    gemm::multiply(machine, &product, output, &|_, _, _| ());
}
