//! Checks of plans and steps before anything runs, so that no kernel of any backend can meet a bad size.

use crate::error::{Error, Result};
use crate::op::{Epilogue, LOSS_COLUMNS, METRICS, NORM_PARTIALS, Op, Space, Split, Step, Total, View};
use crate::spec::{Activation, Geometry, ImageShape};

use super::{MAX_BATCH, Plan};

/// Checks that every op of `plan` finds what it needs in an arena of `params` values and in its buffers, and its
/// losses a ring of their own.
///
/// # Errors
/// [`Error::InvalidArgument`] naming the op and the sizes.
pub(crate) fn plan(plan: &Plan, params: u32) -> Result<()> {
    if plan.params != params {
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
    plan.ports.metrics.map_or(Ok(()), |view| ring(plan, view))
}

/// The metrics ring must hold all its entries, in one of the plan's buffers.
fn ring(plan: &Plan, view: View) -> Result<()> {
    let needed = u64::from(plan.slots) * u64::from(METRICS);
    let available = match view.space {
        Space::Local(i) => plan.buffers.get(i as usize).map_or(0, |b| b.len),
        _ => 0,
    };
    let end = u64::from(view.offset) + u64::from(view.len);
    if u64::from(view.len) < needed || end > u64::from(available) {
        let problem = format!("a metrics ring {view:?}; {needed} values of its own buffer expected");
        return Err(Error::argument("plan", problem));
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
    let mut short = None;
    needs(op, plan, &mut |view, need| {
        if u64::from(view.len) < need {
            short.get_or_insert((view, need));
        }
    });
    if let Some((view, need)) = short {
        return Err(format!("{view:?} has {} values, expected at least {need}", view.len));
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
            let views: Vec<View> = o.products.iter().flat_map(|p| [p.weight, p.bias]).collect();
            if views.iter().any(|v| v.space != Space::Grads) {
                return Err("weight gradients belong into the gradients".into());
            }
            let apart =
                |a: &View, b: &View| a.range().end <= b.range().start || b.range().end <= a.range().start;
            match (1..views.len()).all(|i| views[..i].iter().all(|view| apart(view, &views[i]))) {
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

/// Tells `need` how many values each view must have; sizes that overflow are more than any view has.
fn needs(op: &Op, plan: &Plan, need: &mut dyn FnMut(View, u64)) {
    let images = u64::from(plan.batch);
    let size = |rows: u64, width: u32| rows.saturating_mul(u64::from(width));
    let draws = |samples: u32| images * u64::from(samples);
    let weights = |n: u32, k: u32| u64::from(n) * u64::from(k);
    let partials = u64::from(NORM_PARTIALS);
    match op {
        Op::Gather(o) => {
            need(o.x, size(images, o.pixels));
        }
        Op::Linear(o) => {
            need(o.x, size(draws(o.samples), o.inputs));
            need(o.weight, weights(o.outputs, o.inputs));
            need(o.bias, o.outputs.into());
            need(o.y, size(draws(o.samples), o.outputs));
        }
        Op::Activate(o) => {
            need(o.x, size(draws(o.samples), o.width));
            need(o.y, size(draws(o.samples), o.width));
        }
        Op::Reparam(o) => {
            need(o.stats, size(2 * images, o.latent));
            need(o.z, size(draws(o.samples), o.latent));
            need(o.kl, images);
        }
        Op::LinearLoss(o) => {
            need(o.x, size(draws(o.samples), o.inputs));
            need(o.weight, weights(o.outputs, o.inputs));
            need(o.bias, o.outputs.into());
            need(o.target, size(images, o.outputs));
            need(o.delta, size(draws(o.samples), o.outputs));
            need(o.partial, size(draws(o.samples), o.outputs.div_ceil(LOSS_COLUMNS)));
        }
        Op::LinearGradInput(o) => {
            need(o.delta, size(draws(o.samples), o.outputs));
            need(o.weight, weights(o.outputs, o.inputs));
            need(o.dx, size(draws(o.samples), o.inputs));
            need(
                o.saved,
                match o.activation {
                    Activation::Identity => 0,
                    _ => size(draws(o.samples), o.inputs),
                },
            );
        }
        Op::ReparamGrad(o) => {
            need(o.stats, size(2 * images, o.latent));
            need(o.z, size(draws(o.samples), o.latent));
            need(o.dz, size(draws(o.samples), o.latent));
            need(o.gate, if o.gated { o.latent.into() } else { 0 });
            need(o.dstats, size(2 * images, o.latent));
        }
        Op::LinearGradWeight(o) => {
            for p in &o.products {
                need(p.x, size(draws(p.samples), p.inputs));
                need(p.delta, size(draws(p.samples), p.outputs));
                need(p.weight, weights(p.outputs, p.inputs));
                need(p.bias, p.outputs.into());
            }
        }
        Op::GradNorm(o) => {
            need(o.partial, partials);
        }
        Op::Sgd(o) | Op::RmsProp(o) | Op::Adam(o) => {
            need(o.grads, o.params.len.into());
            need(o.moment1, o.params.len.into());
            need(o.moment2, o.params.len.into());
            need(o.norm, if o.max_norm > 0.0 { partials } else { 0 });
        }
        Op::Metrics(o) => {
            need(o.partial, size(draws(o.samples), o.columns));
            need(o.kl, images);
            need(o.norm, if o.clipped { partials } else { 0 });
            need(
                o.extra,
                match o.total {
                    Total::Divergence => 0,
                    Total::FreeBits => 1,
                    Total::Bound => images,
                },
            );
            need(o.recon, draws(o.samples));
            need(o.ring, u64::from(plan.slots) * u64::from(METRICS));
        }
        Op::GatherLabels(o) => {
            need(o.y, size(images, o.classes));
        }
        Op::Condition(o) => {
            need(o.x, size(draws(o.samples), o.width));
            need(o.labels, size(images, o.classes));
            need(o.y, draws(o.samples) * (u64::from(o.width) + weights(o.classes, o.repeat)));
        }
        Op::ConditionGrad(o) => {
            need(o.dy, size(draws(o.samples), o.total));
            need(o.dx, size(draws(o.samples), o.width.min(o.total)));
        }
        Op::Conv(o) => {
            need(o.x, size(draws(o.samples), o.geometry.large.len()));
            need(o.weight, o.geometry.weight().into());
            need(o.side, side(o.epilogue, draws(o.samples), o.geometry.small));
            need(o.y, size(draws(o.samples), o.geometry.small.len()));
        }
        Op::ConvTranspose(o) => {
            need(o.x, size(draws(o.samples), o.geometry.small.len()));
            need(o.weight, o.geometry.weight().into());
            need(o.side, side(o.epilogue, draws(o.samples), o.geometry.large));
            need(o.y, size(draws(o.samples), o.geometry.large.len()));
        }
        Op::ConvGradWeight(o) => {
            need(o.large, size(draws(o.samples), o.geometry.large.len()));
            need(o.small, size(draws(o.samples), o.geometry.small.len()));
            need(o.partial, weights(o.slices, o.geometry.weight()));
        }
        Op::SumSlices(o) => {
            need(o.partial, weights(o.slices, o.sum.len));
        }
        Op::ConvGradBias(o) => {
            need(o.delta, size(draws(o.samples).saturating_mul(o.channels.into()), o.area));
            need(o.bias, o.channels.into());
        }
        Op::Loss(o) => {
            need(o.logits, size(draws(o.samples), o.width));
            need(o.target, size(images, o.width));
            need(o.mask, if o.masked { size(images, o.width) } else { 0 });
            need(o.delta, size(draws(o.samples), o.width));
            need(o.partial, size(draws(o.samples), o.width.div_ceil(LOSS_COLUMNS)));
        }
        Op::FreeBits(o) => {
            need(o.stats, size(2 * images, o.latent));
            need(o.gate, u64::from(o.latent) + 1);
        }
        Op::ImportanceWeights(o) => {
            need(o.partial, size(draws(o.samples), o.columns));
            need(o.stats, size(2 * images, o.latent));
            need(o.z, size(draws(o.samples), o.latent));
            need(o.log_weights, draws(o.samples));
            need(o.weights, draws(o.samples));
            need(o.bound, images);
        }
        Op::ScaleRows(o) => {
            need(o.weights, draws(o.samples));
            need(o.values, size(draws(o.samples), o.width));
        }
        Op::IwaeGrad(o) => {
            need(o.stats, size(2 * images, o.latent));
            need(o.z, size(draws(o.samples), o.latent));
            need(o.dz, size(draws(o.samples), o.latent));
            need(o.weights, draws(o.samples));
            need(o.dstats, size(2 * images, o.latent));
        }
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

/// What of a split is in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resident {
    /// Values in one image.
    pub(crate) pixels: u32,
    /// Whether there are labels.
    pub(crate) labelled: bool,
    /// Entries of the order.
    pub(crate) ordered: u64,
}

/// Checks that `step` fits `plan`, and those `ops` of it that are to run the datasets that are in place.
///
/// # Errors
/// [`Error::InvalidArgument`] naming the field.
pub(crate) fn step(
    plan: &Plan,
    ops: &[Op],
    step: &Step,
    resident: impl Fn(Split) -> Option<Resident>,
) -> Result<()> {
    if step.rows == 0 || step.rows > plan.batch {
        return Err(Error::argument("step.rows", format!("{}, expected 1 to {}", step.rows, plan.batch)));
    }
    if step.slot >= plan.slots {
        return Err(Error::argument("step.slot", format!("{}, expected under {}", step.slot, plan.slots)));
    }
    for op in ops {
        let order = match op {
            Op::Gather(o) => o.order,
            Op::GatherLabels(o) => o.order,
            _ => continue,
        };
        let Space::Order(split) = order.space else { continue };
        let Some(dataset) = resident(split) else {
            return Err(Error::argument("dataset", format!("there are no {split:?} images")));
        };
        match op {
            Op::Gather(o) if o.pixels != dataset.pixels => {
                let problem =
                    format!("{split:?} images have {} values, the plan expects {}", dataset.pixels, o.pixels);
                return Err(Error::argument("dataset", problem));
            }
            Op::GatherLabels(_) if !dataset.labelled => {
                return Err(Error::argument("labels", format!("the {split:?} images have none")));
            }
            _ => {}
        }
        let end = u64::from(step.first) + u64::from(step.rows);
        if end > dataset.ordered {
            return Err(Error::argument(
                "step.first",
                format!("images up to {end} of a {split:?} order of {}", dataset.ordered),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binarize::Binarize;
    use crate::loss::Objective;
    use crate::optim::Rule;
    use crate::plan::{Goal, Input};
    use crate::spec::{LayerSpec, Likelihood, VaeSpec};

    fn train_plan() -> Plan {
        let spec = VaeSpec {
            input: ImageShape { channels: 1, height: 4, width: 4 },
            encoder: vec![LayerSpec::Linear { units: 8, activation: Activation::Relu }],
            latent: 2,
            decoder: Vec::new(),
            likelihood: Likelihood::Bernoulli {},
            classes: 3,
        };
        let goal = Goal::Train(Rule::ADAM.into(), Objective::ELBO);
        Plan::new(&spec, &goal, Input::Dataset(Split::Train, Binarize::None), 4, 16).unwrap()
    }

    #[test]
    fn phases_rings_and_views_that_do_not_fit_are_refused() {
        let good = train_plan();
        fn y(plan: &mut Plan) -> &mut View {
            let linear = plan.ops.iter_mut().find_map(|o| if let Op::Linear(o) = o { Some(o) } else { None });
            &mut linear.unwrap().y
        }
        let changes: [fn(&mut Plan); 8] = [
            |p| p.phases.update.end += 1,
            |p| p.slots += 1,
            |p| p.batch += 1,
            |p| p.ports.metrics.as_mut().unwrap().space = Space::Local(999),
            |p| p.ports.metrics.as_mut().unwrap().space = Space::Params,
            |p| y(p).len += 1,
            |p| y(p).offset += 1,
            |p| y(p).len = 0,
        ];
        for (i, change) in changes.into_iter().enumerate() {
            let mut bad = good.clone();
            change(&mut bad);
            let refused = plan(&bad, good.params);
            assert!(matches!(refused, Err(Error::InvalidArgument { .. })), "{i}: {refused:?}");
        }
        assert!(plan(&good, good.params + 1).is_err());
        plan(&good, good.params).unwrap();
    }

    #[test]
    fn steps_need_images_and_labels_of_their_plan() {
        let plan = train_plan();
        let step = Step { rows: 4, ..bytemuck::Zeroable::zeroed() };
        let good = Resident { pixels: 16, labelled: true, ordered: 4 };
        let check = |resident| super::step(&plan, &plan.ops, &step, |_| resident);
        check(Some(good)).unwrap();
        let argument = |resident| match check(resident) {
            Err(Error::InvalidArgument { what, .. }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(argument(None), "dataset");
        assert_eq!(argument(Some(Resident { pixels: 15, ..good })), "dataset");
        assert_eq!(argument(Some(Resident { labelled: false, ..good })), "labels");
        assert_eq!(argument(Some(Resident { ordered: 3, ..good })), "step.first");
    }
}
