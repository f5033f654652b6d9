//! CPU twin of `shaders/linear_loss.wgsl`: logits, −log p(x|z) and its gradient.

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::likelihood::{self, Row};
use super::memory::Memory;
use crate::op::{LOSS_COLUMNS, LinearLoss, Step};

pub(super) fn run(o: &LinearLoss, machine: &mut Machine, memory: &mut Memory<'_>, step: &Step) {
    let (m, n, k) = ((step.rows * o.samples) as usize, o.outputs as usize, o.inputs as usize);
    let isa = machine.isa;
    memory.write([o.delta, o.partial], |memory, [delta, partial]| {
        let (bias, target) = (&memory.read(o.bias)[..n], memory.read(o.target));
        let product = Product {
            m,
            n,
            k,
            a: Operand { values: memory.read(o.x), stride: k, along: Along::Reduction },
            b: Operand { values: memory.read(o.weight), stride: k, along: Along::Reduction },
        };
        let side_width = n.div_ceil(LOSS_COLUMNS as usize);
        let output = Output { c: delta, side: partial, side_width };
        gemm::multiply(machine, &product, output, &|first, delta, partial| {
            let rows = delta.chunks_exact_mut(n).zip(partial.chunks_exact_mut(side_width));
            for (row, (delta, partial)) in rows.enumerate() {
                let target = &target[(first + row) / o.samples as usize * n..][..n];
                let scale = step.inv_batch / o.samples as f32;
                let row = Row {
                    likelihood: o.likelihood,
                    scale,
                    bias: Some(bias),
                    target,
                    mask: None,
                    delta,
                    partial,
                };
                likelihood::run(isa, row);
            }
        });
    });
}
