//! −log p(x|z) and its gradient for one row of logits.

use super::math;
use super::simd::{Isa, Task};
use crate::op::LOSS_COLUMNS;
use crate::spec::Likelihood;

const BLOCK: usize = LOSS_COLUMNS as usize;

pub(crate) struct Row<'a> {
    pub(crate) likelihood: Likelihood,
    /// Of the gradient.
    pub(crate) scale: f32,
    /// Added to the logits.
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) target: &'a [f32],
    /// Weight of each pixel.
    pub(crate) mask: Option<&'a [f32]>,
    /// Logits, to be overwritten by the gradient.
    pub(crate) delta: &'a mut [f32],
    pub(crate) partial: &'a mut [f32],
}

/// Runs `row`; not inlined, since two ops need it.
#[inline(never)]
pub(super) fn run(isa: Isa, row: Row<'_>) {
    isa.run(row);
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
    fn with(self, f: impl Fn(f32, f32) -> (f32, f32)) {
        let Self { scale, bias, target, mask, delta, partial, .. } = self;
        for (i, (delta, partial)) in delta.chunks_mut(BLOCK).zip(partial).enumerate() {
            let at = i * BLOCK..i * BLOCK + delta.len();
            let target = &target[at.clone()];
            let bias = bias.map_or(&[0.0; BLOCK][..delta.len()], |bias| &bias[at.clone()]);
            let mask = mask.map_or(&[1.0; BLOCK][..delta.len()], |mask| &mask[at]);
            let others = target.chunks(LANES).zip(bias.chunks(LANES)).zip(mask.chunks(LANES));
            let mut lanes = [0.0; LANES];
            for (delta, ((target, bias), mask)) in delta.chunks_mut(LANES).zip(others) {
                let (mut logits, target, bias, mask) =
                    (vector(delta), vector(target), vector(bias), vector(mask));
                for j in 0..LANES {
                    let (loss, gradient) = f(logits[j] + bias[j], target[j]);
                    lanes[j] += mask[j] * loss;
                    logits[j] = mask[j] * gradient * scale;
                }
                delta.copy_from_slice(&logits[..delta.len()]);
            }
            *partial = math::sum_lanes(lanes);
        }
    }
}

const LANES: usize = 16;

/// Up to `LANES` values with zeros behind them: where the mask is 0 nothing counts.
#[inline(always)]
fn vector(values: &[f32]) -> [f32; LANES] {
    values.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0.0; LANES];
        padded[..values.len()].copy_from_slice(values);
        padded
    })
}

/// softplus(l) − x·l and sigmoid(l) − x, both from e^(−|l|).
#[inline(always)]
fn bernoulli(logit: f32, x: f32) -> (f32, f32) {
    let e = math::exp(-logit.abs());
    let positive = if logit > 0.0 { logit } else { 0.0 };
    let probability = (if logit < 0.0 { e } else { 1.0 }) / (1.0 + e);
    (positive - x * logit + math::ln_1p_unit(e), probability - x)
}
