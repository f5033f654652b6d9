//! Checks of plans and steps before anything runs, so that no kernel can meet a bad size.

use crate::error::{Error, Result};
use crate::op::{Epilogue, LOSS_COLUMNS, METRICS, NORM_PARTIALS, Op, Space, Step, Total, View};
use crate::plan::{MAX_BATCH, Plan};
use crate::spec::{Activation, Geometry, ImageShape};

use super::memory::Datasets;

/// A view and how many values an op needs there.
type Need = (View, u64);

/// Checks that every op of `plan` finds what it needs in an arena of `params` values and in its buffers.
///
/// # Errors
/// [`Error::InvalidArgument`] naming the op and the sizes.
pub(crate) fn plan(plan: &Plan, params: usize) -> Result<()> {
    if plan.params as usize != params {
        return Err(Error::argument(
            "plan",
            format!("made for {} parameters, the executor has {params}", plan.params),
        ));
    }
    if plan.batch == 0 || plan.batch > MAX_BATCH {
        return Err(Error::argument("plan", format!("batch {}, expected 1 to {MAX_BATCH}", plan.batch)));
    }
    let phases = &plan.phases;
    for range in [&phases.forward, &phases.backward, &phases.update] {
        if range.start > range.end || range.end > plan.ops.len() {
            return Err(Error::argument("plan", format!("phase {range:?} of {} ops", plan.ops.len())));
        }
    }
    if phases.forward.start > phases.backward.end {
        return Err(Error::argument("plan", format!("phases out of order: {phases:?}")));
    }
    for (i, op) in plan.ops.iter().enumerate() {
        check_op(plan, op)
            .map_err(|problem| Error::argument("plan", format!("operation {i}, {}: {problem}", op.name())))?;
    }
    Ok(())
}

fn check_op(plan: &Plan, op: &Op) -> Result<(), String> {
    if sizes(op).contains(&0) {
        return Err("a size of 0".into());
    }
    let bindings = op.bindings();
    for (i, binding) in bindings.iter().enumerate() {
        let View { space, offset, len } = binding.view;
        let (end, have) = match space {
            // `check_kinds` looks at these.
            Space::Images(_) | Space::Labels(_) | Space::Order(_)
                if matches!(op, Op::Gather(_) | Op::GatherLabels(_)) && i < 2 =>
            {
                continue;
            }
            Space::Images(_) | Space::Labels(_) | Space::Order(_) => {
                return Err(format!("{space:?} holds no numbers"));
            }
            Space::Local(i) => {
                let buffer = plan.buffers.get(i as usize).ok_or(format!("no buffer {i}"))?;
                (u64::from(offset) + u64::from(len), buffer.len)
            }
            _ => (u64::from(offset) + u64::from(len), plan.params),
        };
        if end > u64::from(have) {
            return Err(format!("{:?} needs {end} values, there are {have}", binding.view));
        }
    }
    for written in bindings.iter().filter(|b| b.written) {
        if bindings.iter().any(|b| !b.written && b.view.space == written.view.space) {
            return Err(format!("{:?} is both read and written", written.view.space));
        }
    }
    for (view, need) in needs(op, plan) {
        if u64::from(view.len) < need {
            return Err(format!("{view:?} has {} values, expected at least {need}", view.len));
        }
    }
    check_kinds(op)
}

/// Views that must lie in one certain kind of memory, or in memories of their own.
fn check_kinds(op: &Op) -> Result<(), String> {
    match op {
        Op::Gather(o) => match (o.images.space, o.order.space) {
            (Space::Images(a), Space::Order(b)) if a == b => Ok(()),
            other => Err(format!("expected images and their order, found {other:?}")),
        },
        Op::GatherLabels(o) => match (o.labels.space, o.order.space) {
            (Space::Labels(a), Space::Order(b)) if a == b => Ok(()),
            other => Err(format!("expected labels and their order, found {other:?}")),
        },
        Op::LinearGradWeight(o) => {
            let mut views: Vec<View> = o.products.iter().flat_map(|p| [p.weight, p.bias]).collect();
            if views.iter().any(|v| v.space != Space::Grads) {
                return Err("weight gradients belong into the gradients".into());
            }
            views.sort_by_key(|v| v.offset);
            match views.windows(2).all(|w| w[0].range().end <= w[1].range().start) {
                true => Ok(()),
                false => Err("weight gradients overlap".into()),
            }
        }
        _ => {
            let bindings = op.bindings();
            let spaces: Vec<Space> = bindings.iter().filter(|b| b.written).map(|b| b.view.space).collect();
            match (1..spaces.len()).any(|i| spaces[i..].contains(&spaces[i - 1])) {
                true => Err("two outputs lie in one buffer".into()),
                false => Ok(()),
            }
        }
    }
}

/// Sizes that may not be zero.
fn sizes(op: &Op) -> Vec<u32> {
    match op {
        Op::Gather(o) => vec![o.pixels],
        Op::Linear(o) => vec![o.inputs, o.outputs, o.samples],
        Op::Activate(o) => vec![o.width, o.samples],
        Op::Reparam(o) => vec![o.latent, o.samples],
        Op::LinearLoss(o) => vec![o.inputs, o.outputs, o.samples],
        Op::LinearGradInput(o) => vec![o.inputs, o.outputs, o.samples],
        Op::ReparamGrad(o) => vec![o.latent, o.samples],
        Op::LinearGradWeight(o) => o.products.iter().flat_map(|p| [p.inputs, p.outputs, p.samples]).collect(),
        Op::Metrics(o) => vec![o.columns, o.samples],
        Op::GatherLabels(o) => vec![o.classes],
        Op::Condition(o) => vec![o.width, o.classes, o.repeat, o.samples],
        Op::ConditionGrad(o) => vec![o.width, o.total, o.samples],
        Op::Conv(o) => convolution(&o.geometry, o.samples),
        Op::ConvTranspose(o) => convolution(&o.geometry, o.samples),
        Op::ConvGradWeight(o) => [convolution(&o.geometry, o.samples), vec![o.slices]].concat(),
        Op::SumSlices(o) => vec![o.slices, o.sum.len],
        Op::ConvGradBias(o) => vec![o.channels, o.area, o.samples],
        Op::Loss(o) => vec![o.width, o.samples],
        Op::FreeBits(o) => vec![o.latent],
        Op::ImportanceWeights(o) => vec![o.columns, o.latent, o.samples],
        Op::ScaleRows(o) => vec![o.width, o.samples],
        Op::IwaeGrad(o) => vec![o.latent, o.samples],
        Op::GradNorm(_) | Op::Sgd(_) | Op::RmsProp(_) | Op::Adam(_) => Vec::new(),
    }
}

fn convolution(g: &Geometry, samples: u32) -> Vec<u32> {
    vec![g.large.len(), g.small.len(), g.kernel, g.stride, samples]
}

/// How many values each view must have; sizes that overflow are more than any view has.
fn needs(op: &Op, plan: &Plan) -> Vec<Need> {
    let images = u64::from(plan.batch);
    let size = |rows: u64, width: u32| rows.saturating_mul(u64::from(width));
    let draws = |samples: u32| images * u64::from(samples);
    let weights = |n: u32, k: u32| u64::from(n) * u64::from(k);
    let partials = u64::from(NORM_PARTIALS);
    match op {
        Op::Gather(o) => vec![(o.x, size(images, o.pixels))],
        Op::Linear(o) => vec![
            (o.x, size(draws(o.samples), o.inputs)),
            (o.weight, weights(o.outputs, o.inputs)),
            (o.bias, o.outputs.into()),
            (o.y, size(draws(o.samples), o.outputs)),
        ],
        Op::Activate(o) => {
            vec![(o.x, size(draws(o.samples), o.width)), (o.y, size(draws(o.samples), o.width))]
        }
        Op::Reparam(o) => vec![
            (o.stats, size(2 * images, o.latent)),
            (o.z, size(draws(o.samples), o.latent)),
            (o.kl, images),
        ],
        Op::LinearLoss(o) => vec![
            (o.x, size(draws(o.samples), o.inputs)),
            (o.weight, weights(o.outputs, o.inputs)),
            (o.bias, o.outputs.into()),
            (o.target, size(images, o.outputs)),
            (o.delta, size(draws(o.samples), o.outputs)),
            (o.partial, size(draws(o.samples), o.outputs.div_ceil(LOSS_COLUMNS))),
        ],
        Op::LinearGradInput(o) => vec![
            (o.delta, size(draws(o.samples), o.outputs)),
            (o.weight, weights(o.outputs, o.inputs)),
            (o.dx, size(draws(o.samples), o.inputs)),
            (
                o.saved,
                match o.activation {
                    Activation::Identity => 0,
                    _ => size(draws(o.samples), o.inputs),
                },
            ),
        ],
        Op::ReparamGrad(o) => vec![
            (o.stats, size(2 * images, o.latent)),
            (o.z, size(draws(o.samples), o.latent)),
            (o.dz, size(draws(o.samples), o.latent)),
            (o.gate, if o.gated { o.latent.into() } else { 0 }),
            (o.dstats, size(2 * images, o.latent)),
        ],
        Op::LinearGradWeight(o) => o
            .products
            .iter()
            .flat_map(|p| {
                [
                    (p.x, size(draws(p.samples), p.inputs)),
                    (p.delta, size(draws(p.samples), p.outputs)),
                    (p.weight, weights(p.outputs, p.inputs)),
                    (p.bias, p.outputs.into()),
                ]
            })
            .collect(),
        Op::GradNorm(o) => vec![(o.partial, partials)],
        Op::Sgd(o) | Op::RmsProp(o) | Op::Adam(o) => vec![
            (o.grads, o.params.len.into()),
            (o.moment1, o.params.len.into()),
            (o.moment2, o.params.len.into()),
            (o.norm, if o.max_norm > 0.0 { partials } else { 0 }),
        ],
        Op::Metrics(o) => vec![
            (o.partial, size(draws(o.samples), o.columns)),
            (o.kl, images),
            (o.norm, if o.clipped { partials } else { 0 }),
            (
                o.extra,
                match o.total {
                    Total::Divergence => 0,
                    Total::FreeBits => 1,
                    Total::Bound => images,
                },
            ),
            (o.recon, draws(o.samples)),
            (o.ring, u64::from(plan.slots) * u64::from(METRICS)),
        ],
        Op::GatherLabels(o) => vec![(o.y, size(images, o.classes))],
        Op::Condition(o) => vec![
            (o.x, size(draws(o.samples), o.width)),
            (o.labels, size(images, o.classes)),
            (o.y, draws(o.samples) * (u64::from(o.width) + weights(o.classes, o.repeat))),
        ],
        Op::ConditionGrad(o) => vec![
            (o.dy, size(draws(o.samples), o.total)),
            (o.dx, size(draws(o.samples), o.width.min(o.total))),
        ],
        Op::Conv(o) => vec![
            (o.x, size(draws(o.samples), o.geometry.large.len())),
            (o.weight, o.geometry.weight().into()),
            (o.side, side(o.epilogue, draws(o.samples), o.geometry.small)),
            (o.y, size(draws(o.samples), o.geometry.small.len())),
        ],
        Op::ConvTranspose(o) => vec![
            (o.x, size(draws(o.samples), o.geometry.small.len())),
            (o.weight, o.geometry.weight().into()),
            (o.side, side(o.epilogue, draws(o.samples), o.geometry.large)),
            (o.y, size(draws(o.samples), o.geometry.large.len())),
        ],
        Op::ConvGradWeight(o) => vec![
            (o.large, size(draws(o.samples), o.geometry.large.len())),
            (o.small, size(draws(o.samples), o.geometry.small.len())),
            (o.partial, weights(o.slices, o.geometry.weight())),
        ],
        Op::SumSlices(o) => vec![(o.partial, weights(o.slices, o.sum.len))],
        Op::ConvGradBias(o) => vec![
            (o.delta, size(draws(o.samples).saturating_mul(o.channels.into()), o.area)),
            (o.bias, o.channels.into()),
        ],
        Op::Loss(o) => vec![
            (o.logits, size(draws(o.samples), o.width)),
            (o.target, size(images, o.width)),
            (o.mask, if o.masked { size(images, o.width) } else { 0 }),
            (o.delta, size(draws(o.samples), o.width)),
            (o.partial, size(draws(o.samples), o.width.div_ceil(LOSS_COLUMNS))),
        ],
        Op::FreeBits(o) => {
            vec![(o.stats, size(2 * images, o.latent)), (o.gate, u64::from(o.latent) + 1)]
        }
        Op::ImportanceWeights(o) => vec![
            (o.partial, size(draws(o.samples), o.columns)),
            (o.stats, size(2 * images, o.latent)),
            (o.z, size(draws(o.samples), o.latent)),
            (o.log_weights, draws(o.samples)),
            (o.weights, draws(o.samples)),
            (o.bound, images),
        ],
        Op::ScaleRows(o) => {
            vec![(o.weights, draws(o.samples)), (o.values, size(draws(o.samples), o.width))]
        }
        Op::IwaeGrad(o) => vec![
            (o.stats, size(2 * images, o.latent)),
            (o.z, size(draws(o.samples), o.latent)),
            (o.dz, size(draws(o.samples), o.latent)),
            (o.weights, draws(o.samples)),
            (o.dstats, size(2 * images, o.latent)),
        ],
    }
}

/// What an epilogue reads beside the sums of `rows` results.
fn side(epilogue: Epilogue, rows: u64, result: ImageShape) -> u64 {
    match epilogue {
        Epilogue::Forward(_) => result.channels.into(),
        Epilogue::Backward(Activation::Identity) => 0,
        Epilogue::Backward(_) => rows.saturating_mul(result.len().into()),
    }
}

/// Checks that `step` fits `plan` and the datasets that are in place.
///
/// # Errors
/// [`Error::InvalidArgument`] naming the field.
pub(crate) fn step(plan: &Plan, step: &Step, datasets: &Datasets) -> Result<()> {
    if step.rows == 0 || step.rows > plan.batch {
        return Err(Error::argument("step.rows", format!("{}, expected 1 to {}", step.rows, plan.batch)));
    }
    if step.slot >= plan.slots {
        return Err(Error::argument("step.slot", format!("{}, expected under {}", step.slot, plan.slots)));
    }
    for op in &plan.ops {
        if let Op::GatherLabels(o) = op
            && let Space::Labels(split) = o.labels.space
            && datasets.get(split).labels.len() != datasets.get(split).count()
        {
            return Err(Error::argument("labels", format!("the {split:?} images have none")));
        }
        let Op::Gather(o) = op else { continue };
        let (Space::Images(split), pixels) = (o.images.space, o.pixels) else { continue };
        let dataset = datasets.get(split);
        if dataset.pixels != pixels as usize {
            return Err(Error::argument(
                "dataset",
                format!("{split:?} images have {} values, the plan expects {pixels}", dataset.pixels),
            ));
        }
        let end = u64::from(step.first) + u64::from(step.rows);
        if end > dataset.order.len() as u64 {
            return Err(Error::argument(
                "step.first",
                format!("images up to {end} of a {split:?} order of {}", dataset.order.len()),
            ));
        }
    }
    Ok(())
}
