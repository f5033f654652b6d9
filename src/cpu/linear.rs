//! CPU twin of `shaders/linear.wgsl`: y = activation(x·Wᵀ + b).

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::math::{self, Apply};
use super::memory::Memory;
use super::simd::Task;
use crate::op::{Linear, Step};
use crate::spec::Activation;

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
        gemm::multiply(machine, &product, Output { c: y, side: &mut [], side_width: 0 }, |_, y, _| {
            isa.run(Finish { y, bias, activation: o.activation });
        });
    });
}

/// y = activation(y + b) for some rows.
struct Finish<'a> {
    y: &'a mut [f32],
    bias: &'a [f32],
    activation: Activation,
}

impl Task for Finish<'_> {
    #[inline(always)]
    fn run(self) {
        math::activation(self.activation, self);
    }
}

impl Apply for Finish<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for row in self.y.chunks_exact_mut(self.bias.len()) {
            for (y, &b) in row.iter_mut().zip(self.bias) {
                *y = f(*y + b);
            }
        }
    }
}
