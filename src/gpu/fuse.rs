//! Which operations one dispatch computes together. Browsers take tens of microseconds for each dispatch, so a small
//! model's step costs what its dispatches cost.
//!
//! This looks at the plan alone: the CPU and the oracle run the very same operations one by one, and a chain leaves
//! behind what its operations leave behind, but for values that only the chain itself reads. Fused kernels are
//! `shaders/fused/NAME.wgsl`.

use std::ops::Range;

use crate::op::{
    Binding, Gather, Linear, LinearGradInput, LinearGradWeight, Metrics, Op, Reparam, ReparamGrad, Space,
    Update, View,
};
use crate::params::BLOCK_ALIGN;
use crate::plan::Plan;
use crate::spec::Activation;

/// Most images of a plan for which work done twice is cheaper than a dispatch.
const FEW: u32 = 1024;
/// Most latent dimensions: a workgroup holds the statistics of its rows.
const LATENT: u32 = 128;

/// Operations that one dispatch computes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Chain<'a> {
    /// The first layer, from pixels.
    GatherLinear(&'a Gather, &'a Linear),
    /// Statistics, z and the first layer behind it.
    Latent(&'a Linear, &'a Reparam, &'a Linear),
    /// The same backwards.
    LatentGrad(&'a LinearGradInput, &'a ReparamGrad, &'a LinearGradInput),
    /// Gradients of all parameters, their update and the losses.
    Update(&'a LinearGradWeight, &'a Op, &'a Update, (&'a Op, &'a Metrics)),
}

/// The operations of `span` cut into chains, in order.
pub(super) fn chains(plan: &Plan, span: Range<usize>) -> Vec<Range<usize>> {
    let mut chains = Vec::new();
    let mut start = span.start;
    while start < span.end {
        let ops = &plan.ops[start..span.end];
        let len = (2..=ops.len().min(3)).find(|&len| chain(plan, &ops[..len]).is_some()).unwrap_or(1);
        chains.push(start..start + len);
        start += len;
    }
    chains
}

/// What a chain reads, but for what it wrote itself, and what it writes.
pub(super) fn bindings(ops: &[Op]) -> (Vec<View>, Vec<View>) {
    let all: Vec<Binding> = ops.iter().flat_map(Op::bindings).collect();
    let written: Vec<View> = all.iter().filter(|b| b.written).map(|b| b.view).collect();
    let inner = |view: View| ops.len() > 1 && written.iter().any(|w| w.space == view.space);
    (all.iter().filter(|b| !b.written && !inner(b.view)).map(|b| b.view).collect(), written)
}

/// The chain that exactly `ops` make up, if any.
pub(super) fn chain<'a>(plan: &Plan, ops: &'a [Op]) -> Option<Chain<'a>> {
    let few = plan.batch <= FEW;
    match ops {
        [Op::Gather(pixels), Op::Linear(layer)] if few => {
            (layer.x == pixels.x && layer.inputs == pixels.pixels && layer.samples == 1)
                .then_some(Chain::GatherLinear(pixels, layer))
        }
        [Op::Linear(heads), Op::Reparam(draw), Op::Linear(next)] if few => {
            let one_draw = [heads.samples, draw.samples, next.samples] == [1; 3] && !draw.defensive;
            let statistics = draw.stats == heads.y
                && heads.outputs == 2 * draw.latent
                && heads.activation == Activation::Identity;
            let follows = next.x == draw.z && next.inputs == draw.latent && draw.latent <= LATENT;
            (one_draw
                && statistics
                && follows
                && in_params(&[heads.weight, heads.bias, next.weight, next.bias]))
            .then_some(Chain::Latent(heads, draw, next))
        }
        [Op::LinearGradInput(to_z), Op::ReparamGrad(grad), Op::LinearGradInput(next)] if few => {
            let one_draw = [to_z.samples, grad.samples, next.samples] == [1; 3];
            let statistics =
                grad.dz == to_z.dx && to_z.inputs == grad.latent && to_z.activation == Activation::Identity;
            let follows =
                next.delta == grad.dstats && next.outputs == 2 * grad.latent && grad.latent <= LATENT;
            let alone = only_inside(plan, ops, grad.dz);
            (one_draw && statistics && follows && alone && in_params(&[to_z.weight, next.weight]))
                .then_some(Chain::LatentGrad(to_z, grad, next))
        }
        [
            Op::LinearGradWeight(group),
            op @ (Op::Sgd(update) | Op::RmsProp(update) | Op::Adam(update)),
            losses @ Op::Metrics(metrics),
        ] => (update.max_norm == 0.0 && !metrics.clipped && covers(group, update)).then_some(Chain::Update(
            group,
            op,
            update,
            (losses, metrics),
        )),
        _ => None,
    }
}

fn in_params(views: &[View]) -> bool {
    views.iter().all(|v| v.space == Space::Params)
}

/// Whether nobody but `ops` touches the buffer of `view`: neither other operations nor the host.
fn only_inside(plan: &Plan, ops: &[Op], view: View) -> bool {
    let touches = |ops: &[Op]| {
        ops.iter().flat_map(Op::bindings).filter(|binding| binding.view.space == view.space).count()
    };
    let port = plan.ports.dz.is_some_and(|dz| dz.space == view.space);
    !port && touches(&plan.ops) == touches(ops)
}

/// Whether the products' gradients, which never overlap, are all that the update reads, padding between blocks left aside.
fn covers(group: &LinearGradWeight, update: &Update) -> bool {
    let padded = |view: View| view.len.next_multiple_of(BLOCK_ALIGN);
    let filled: u32 = group.products.iter().map(|p| padded(p.weight) + padded(p.bias)).sum();
    let whole = [update.grads, update.params, update.moment1, update.moment2];
    whole.iter().all(|&view| view.offset == 0 && padded(view) == filled)
}
