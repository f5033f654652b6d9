//! −log p(x|z) and its gradient for one row of logits.

use super::math;
use super::simd::Task;
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
        let Self { scale, bias, target, mask, delta, partial, .. } = self;
        let blocks = delta.chunks_mut(BLOCK).zip(target.chunks(BLOCK)).zip(partial);
        for (i, ((delta, target), partial)) in blocks.enumerate() {
            let part = |values: &'_ [f32]| -> std::ops::Range<usize> {
                i * BLOCK..(i * BLOCK + BLOCK).min(values.len())
            };
            let bias = bias.map_or(&[0.0; BLOCK][..], |b| &b[part(b)]);
            *partial = match mask {
                None => block(f, scale, delta, target, bias),
                Some(mask) => {
                    let mask = &mask[part(mask)];
                    let loss = |logit, x: f32, m: f32| {
                        let (loss, gradient) = f(logit, x);
                        (m * loss, m * gradient)
                    };
                    let mut lanes = [0.0; LANES];
                    for (j, delta) in delta.iter_mut().enumerate() {
                        let (loss, gradient) = loss(*delta + bias[j], target[j], mask[j]);
                        lanes[j % LANES] += loss;
                        *delta = gradient * scale;
                    }
                    math::sum_lanes(lanes)
                }
            };
        }
    }
}

const LANES: usize = 16;
type Vector = [f32; LANES];

/// One block of logits to gradients; returns the sum of their losses.
#[inline(always)]
fn block(
    f: impl Fn(f32, f32) -> (f32, f32) + Copy,
    scale: f32,
    delta: &mut [f32],
    target: &[f32],
    bias: &[f32],
) -> f32 {
    let mut lanes = [0.0; LANES];
    let (delta, delta_rest) = delta.as_chunks_mut::<LANES>();
    let (target, target_rest) = target.as_chunks::<LANES>();
    let (bias, bias_rest) = bias.as_chunks::<LANES>();
    for (delta, (target, bias)) in delta.iter_mut().zip(target.iter().zip(bias)) {
        vector(f, scale, delta, target, bias, &mut lanes);
    }
    if !delta_rest.is_empty() {
        let (mut delta, mut target, mut bias_lanes) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let rest = delta_rest.len();
        delta[..rest].copy_from_slice(delta_rest);
        target[..rest].copy_from_slice(target_rest);
        bias_lanes[..bias_rest.len()].copy_from_slice(bias_rest);
        let mut rest_lanes = [0.0; LANES];
        vector(f, scale, &mut delta, &target, &bias_lanes, &mut rest_lanes);
        delta_rest.copy_from_slice(&delta[..rest]);
        for (lane, loss) in lanes.iter_mut().zip(&rest_lanes[..rest]) {
            *lane += loss;
        }
    }
    math::sum_lanes(lanes)
}

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
