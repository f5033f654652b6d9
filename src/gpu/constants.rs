//! Each operation's own constants: its shader's `Parameters`, in words.

use crate::binarize;
use crate::op::{Epilogue, Linear, Metrics, Op, Update};
use crate::spec::{Activation, Geometry, Likelihood};

/// The constants of an operation that takes one dispatch.
pub(super) fn constants(op: &Op) -> Vec<u32> {
    match op {
        Op::Gather(o) => vec![o.pixels, o.binarize as u32, binarize::static_seed()],
        Op::GatherLabels(o) => vec![o.classes],
        Op::Condition(o) => vec![o.width, o.classes, o.repeat, o.samples],
        Op::ConditionGrad(o) => vec![o.width, o.total, o.samples],
        Op::Linear(o) => linear(o),
        Op::LinearGradInput(o) => vec![o.inputs, o.outputs, o.samples, o.activation as u32],
        // The table of its products is `Group`'s.
        Op::LinearGradWeight(_) => Vec::new(),
        Op::Activate(o) => vec![o.width, o.samples, o.activation as u32],
        Op::Conv(o) => convolution(&o.geometry, o.samples, 0, Some(o.epilogue)),
        Op::ConvTranspose(o) => convolution(&o.geometry, o.samples, 0, Some(o.epilogue)),
        Op::ConvGradWeight(o) => convolution(&o.geometry, o.samples, o.slices, None),
        Op::SumSlices(o) => vec![o.slices, o.sum.len],
        Op::ConvGradBias(o) => vec![o.channels, o.area, o.samples],
        Op::Reparam(o) => vec![o.latent, o.samples, o.defensive.into()],
        Op::ReparamGrad(o) => vec![o.latent, o.samples, o.gated.into()],
        Op::FreeBits(o) => vec![o.latent, o.floor.to_bits()],
        Op::LinearLoss(o) => {
            [[o.inputs, o.outputs, o.samples].as_slice(), &likelihood(o.likelihood)].concat()
        }
        Op::Loss(o) => [[o.width, o.samples, o.masked.into()].as_slice(), &likelihood(o.likelihood)].concat(),
        Op::ImportanceWeights(o) => vec![o.columns, o.latent, o.samples, o.defensive.into()],
        Op::ScaleRows(o) => vec![o.width, o.samples],
        Op::IwaeGrad(o) => vec![o.latent, o.samples, o.dreg.into()],
        Op::GradNorm(o) => vec![o.grads.len],
        Op::Sgd(o) | Op::RmsProp(o) | Op::Adam(o) => update(o),
        Op::Metrics(o) => losses(o),
    }
}

/// What `lib/conv.wgsl` reads.
fn convolution(g: &Geometry, samples: u32, slices: u32, epilogue: Option<Epilogue>) -> Vec<u32> {
    let (activation, backward) = match epilogue {
        None => (Activation::Identity, false),
        Some(Epilogue::Forward(activation)) => (activation, false),
        Some(Epilogue::Backward(activation)) => (activation, true),
    };
    let mut constants: Vec<u32> =
        [g.large, g.small].iter().flat_map(|i| [i.channels, i.height, i.width]).collect();
    constants.extend([g.kernel, g.stride, g.padding, samples, slices, activation as u32, backward.into()]);
    constants
}

/// What `lib/likelihood.wgsl` reads.
fn likelihood(likelihood: Likelihood) -> [u32; 3] {
    let (gaussian, precision, normaliser) = match likelihood {
        Likelihood::Bernoulli {} => (0, 0.0, 0.0),
        Likelihood::Gaussian { sigma } => {
            let variance = f64::from(sigma).powi(2);
            (1, 1.0 / variance, 0.5 * (std::f64::consts::TAU * variance).ln())
        }
    };
    let bits = |v: f64| (v as f32).to_bits();
    [gaussian, bits(precision), bits(normaliser)]
}

pub(super) fn linear(o: &Linear) -> Vec<u32> {
    vec![o.inputs, o.outputs, o.samples, o.activation as u32]
}

/// What `lib/losses.wgsl` reads.
pub(super) fn losses(o: &Metrics) -> Vec<u32> {
    let last = o.extra.len.saturating_sub(1);
    vec![o.columns, o.samples, o.clipped.into(), o.total as u32, last, 0, 0, 0]
}

fn update(o: &Update) -> Vec<u32> {
    let mut constants = vec![o.params.len];
    constants.extend([o.max_norm, o.weight_decay, o.a, o.b, o.epsilon].map(f32::to_bits));
    constants
}
