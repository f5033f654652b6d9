//! CPU twin of `shaders/linear_loss.wgsl`: logits, −log p(x|z) and its gradient.

use super::Machine;
use super::gemm::{self, Along, Operand, Output, Product};
use super::math;
use super::memory::Memory;
use super::simd::Task;
use crate::op::{LOSS_COLUMNS, LinearLoss, Step};
use crate::spec::Likelihood;

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
        gemm::multiply(machine, &product, output, |first, delta, partial| {
            let rows = delta.chunks_exact_mut(n).zip(partial.chunks_exact_mut(side_width));
            for (row, (delta, partial)) in rows.enumerate() {
                let target = &target[(first + row) / o.samples as usize * n..][..n];
                let scale = step.inv_batch / o.samples as f32;
                isa.run(Row { likelihood: o.likelihood, scale, bias, target, delta, partial });
            }
        });
    });
}

struct Row<'a> {
    likelihood: Likelihood,
    /// Of the gradient.
    scale: f32,
    bias: &'a [f32],
    target: &'a [f32],
    /// Logits without bias, to be overwritten by the gradient.
    delta: &'a mut [f32],
    partial: &'a mut [f32],
}

impl Task for Row<'_> {
    #[inline(always)]
    fn run(self) {
        match self.likelihood {
            Likelihood::Bernoulli {} => self.with(bernoulli),
            Likelihood::Gaussian { sigma } => {
                let precision = 1.0 / (sigma * sigma);
                let constant = (0.5 * (std::f64::consts::TAU * f64::from(sigma).powi(2)).ln()) as f32;
                self.with(|logit, x| {
                    let difference = logit - x;
                    (0.5 * precision * difference * difference + constant, precision * difference)
                });
            }
        }
    }
}

impl Row<'_> {
    /// `f` gives −log p and its derivative from a logit and a pixel.
    #[inline(always)]
    fn with(self, f: impl Fn(f32, f32) -> (f32, f32) + Copy) {
        const BLOCK: usize = LOSS_COLUMNS as usize;
        let blocks = self.delta.chunks_mut(BLOCK).zip(self.target.chunks(BLOCK).zip(self.bias.chunks(BLOCK)));
        for ((delta, (target, bias)), partial) in blocks.zip(self.partial) {
            let mut lanes = [0.0; LANES];
            let (delta, delta_rest) = delta.as_chunks_mut::<LANES>();
            let (target, target_rest) = target.as_chunks::<LANES>();
            let (bias, bias_rest) = bias.as_chunks::<LANES>();
            for (delta, (target, bias)) in delta.iter_mut().zip(target.iter().zip(bias)) {
                vector(f, self.scale, delta, target, bias, &mut lanes);
            }
            if !delta_rest.is_empty() {
                let (mut delta, mut target, mut bias) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
                let rest = delta_rest.len();
                delta[..rest].copy_from_slice(delta_rest);
                target[..rest].copy_from_slice(target_rest);
                bias[..rest].copy_from_slice(bias_rest);
                let mut rest_lanes = [0.0; LANES];
                vector(f, self.scale, &mut delta, &target, &bias, &mut rest_lanes);
                delta_rest.copy_from_slice(&delta[..rest]);
                for (lane, loss) in lanes.iter_mut().zip(&rest_lanes[..rest]) {
                    *lane += loss;
                }
            }
            *partial = math::sum_lanes(lanes);
        }
    }
}

const LANES: usize = 16;
type Vector = [f32; LANES];

/// Logits without bias to gradients, and their losses into `lanes`.
#[inline(always)]
fn vector(
    f: impl Fn(f32, f32) -> (f32, f32),
    scale: f32,
    delta: &mut Vector,
    target: &Vector,
    bias: &Vector,
    lanes: &mut Vector,
) {
    for i in 0..LANES {
        let (loss, gradient) = f(delta[i] + bias[i], target[i]);
        lanes[i] += loss;
        delta[i] = gradient * scale;
    }
}

/// softplus(l) − x·l and sigmoid(l) − x, both from e^(−|l|).
#[inline(always)]
fn bernoulli(logit: f32, x: f32) -> (f32, f32) {
    let e = math::exp(-logit.abs());
    let positive = if logit > 0.0 { logit } else { 0.0 };
    let probability = (if logit < 0.0 { e } else { 1.0 }) / (1.0 + e);
    (positive - x * logit + math::ln_1p_unit(e), probability - x)
}
