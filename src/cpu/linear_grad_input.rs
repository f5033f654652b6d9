//! CPU twin of `shaders/linear_grad_input.wgsl`: dx = (dy·W) ∘ activation′.

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::math::{self, Apply};
use super::memory::Memory;
use super::simd::Task;
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
        gemm::multiply(machine, &product, Output { c: dx, side: &mut [], side_width: 0 }, |first, dx, _| {
            if o.activation != Activation::Identity {
                let saved = &saved[first * k..][..dx.len()];
                isa.run(Finish { dx, saved, activation: o.activation });
            }
        });
    });
}

/// dx = dx · activation′ for some rows.
struct Finish<'a> {
    dx: &'a mut [f32],
    saved: &'a [f32],
    activation: Activation,
}

impl Task for Finish<'_> {
    #[inline(always)]
    fn run(self) {
        math::derivative(self.activation, self);
    }
}

impl Apply for Finish<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for (dx, &saved) in self.dx.iter_mut().zip(self.saved) {
            *dx *= f(saved);
        }
    }
}
