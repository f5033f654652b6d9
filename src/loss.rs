//! Objectives as operations.

use crate::op::{Activate, LOSS_COLUMNS, LinearLoss, METRICS, Metrics, Op, View};
use crate::params::Block;
use crate::plan::Builder;
use crate::spec::{Activation, Likelihood};

/// The decoder's last product with −log p(x|z) behind it; returns the gradient with respect to the
/// logits and the partial sums.
pub(crate) fn forward(
    b: &mut Builder<'_>,
    x: View,
    block: &Block,
    target: View,
    likelihood: Likelihood,
) -> (View, View) {
    let samples = b.samples;
    let delta = b.rows("dlogits", block.outputs, samples);
    let partial = b.rows("partial", block.outputs.div_ceil(LOSS_COLUMNS), samples);
    b.push(Op::LinearLoss(LinearLoss {
        x,
        weight: block.weight,
        bias: block.bias,
        target,
        delta,
        partial,
        inputs: block.inputs,
        outputs: block.outputs,
        samples,
        likelihood,
    }));
    (delta, partial)
}

/// The mean of p(x|z): probabilities from Bernoulli logits; a Gaussian's mean is the logits themselves.
pub(crate) fn mean(b: &mut Builder<'_>, logits: View, pixels: u32, likelihood: Likelihood) -> View {
    match likelihood {
        Likelihood::Bernoulli {} => {
            let y = b.rows("mean", pixels, 1);
            let activation = Activation::Sigmoid;
            b.push(Op::Activate(Activate { x: logits, y, width: pixels, samples: 1, activation }));
            y
        }
        Likelihood::Gaussian { .. } => logits,
    }
}

/// Sums the losses of a step.
pub(crate) fn metrics(b: &mut Builder<'_>, partial: View, kl: View, norm: View, pixels: u32, clipped: bool) {
    let samples = b.samples;
    let recon = b.rows("recon", 1, samples);
    let ring = b.buffer("metrics", b.plan.slots * METRICS);
    b.plan.ports.recon = Some(recon);
    b.plan.ports.metrics = Some(ring);
    let columns = pixels.div_ceil(LOSS_COLUMNS);
    b.push(Op::Metrics(Metrics { partial, kl, norm, recon, ring, columns, samples, clipped }));
}
