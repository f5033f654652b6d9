//! CPU twin of `shaders/linear.wgsl`: y = activation(x·Wᵀ + b).

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::memory::Memory;
use super::pointwise;
use crate::op::{Linear, Step};

pub(super) fn run(o: &Linear, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let (m, n, k) = ((step.rows * o.samples) as usize, o.outputs as usize, o.inputs as usize);
    let isa = machine.isa;
    memory.write([o.y], |memory, [y]| {
        let bias = &memory.read(o.bias)[..n];
        let product = Product {
            m,
            n,
            k,
            a: Operand { values: memory.read(o.x), stride: k, along: Along::Reduction },
            b: Operand { values: memory.read(o.weight), stride: k, along: Along::Reduction },
        };
        gemm::multiply(machine, &product, Output { c: y, side: &mut [], side_width: 0 }, &|_, y, _| {
            for y in y.chunks_exact_mut(n) {
                pointwise::add(isa, y, bias);
                pointwise::activate(isa, o.activation, y);
            }
        });
    });
}
