//! CPU twin of `shaders/linear_grad_input.wgsl`: dx = (dy·W) ∘ activation′.

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::memory::Memory;
use super::pointwise;
use crate::op::{LinearGradInput, Step};
use crate::spec::Activation;

pub(super) fn run(o: &LinearGradInput, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let (m, n, k) = ((step.rows * o.samples) as usize, o.outputs as usize, o.inputs as usize);
    let isa = machine.isa;
    memory.write([o.dx], |memory, [dx]| {
        let saved = memory.read(o.saved);
        let product = Product {
            m,
            n: k,
            k: n,
            a: Operand { values: memory.read(o.delta), stride: n, along: Along::Reduction },
            b: Operand { values: memory.read(o.weight), stride: k, along: Along::Outer },
        };
        gemm::multiply(machine, &product, Output { c: dx, side: &mut [], side_width: 0 }, &|first, dx, _| {
            if o.activation != Activation::Identity {
                let saved = &saved[first * k..][..dx.len()];
                pointwise::activate_grad(isa, o.activation, dx, saved);
            }
        });
    });
}
