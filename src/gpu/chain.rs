//! Chains of operations turned into one dispatch each; [`super::fuse`] says which ones there are.

use crate::binarize;
use crate::error::Result;
use crate::op::{
    Linear, LinearGradInput, LinearGradWeight, Metrics, Op, Reparam, ReparamGrad, Space, Update, View,
};

use super::constants;
use super::fuse::Chain;
use super::lower::{Grid, Launch, Lowering, Memory, folded, range, whole};
use super::shaders::{self, Tile};

/// Rows that a workgroup of the latent kernels owns.
const OWN_ROWS: u32 = 4;

/// The dispatches of a chain, which are one for most; `None` where its buffers do not lie as its kernel needs them.
pub(super) fn lower(lowering: &Lowering<'_>, chain: Chain<'_>) -> Result<Option<Vec<Launch>>> {
    match chain {
        Chain::GatherLinear(pixels, layer) => {
            let Grid { tile, workgroups, product } = lowering.tiles(1, layer.outputs, layer.inputs);
            let shader = shaders::find("fused/gather_linear", tile)?;
            let mut constants = constants::linear(layer);
            constants.extend([pixels.binarize as u32, binarize::static_seed()]);
            let read = [pixels.images, pixels.order, layer.weight, layer.bias];
            let bindings = lowering.bind(&read, &[layer.x, layer.y]);
            Ok(Some(vec![Launch { shader, constants, bindings, workgroups, product }]))
        }
        Chain::Latent(heads, draw, next) => {
            latent(lowering, heads, draw, next).map(|launch| Some(vec![launch]))
        }
        Chain::LatentGrad(to_z, grad, next) => {
            latent_grad(lowering, to_z, grad, next).map(|launch| Some(vec![launch]))
        }
        Chain::Update(group, op, update, losses) => fused_update(lowering, group, op, update, losses),
    }
}

/// All parameters: the kernels find theirs by offset.
fn params(lowering: &Lowering<'_>) -> View {
    View { space: Space::Params, offset: 0, len: lowering.plan.params }
}

/// Workgroups that share out the rows of a step.
fn owners(lowering: &Lowering<'_>) -> [u32; 3] {
    [lowering.plan.batch.div_ceil(OWN_ROWS), 1, 1]
}

fn latent(lowering: &Lowering<'_>, heads: &Linear, draw: &Reparam, next: &Linear) -> Result<Launch> {
    let shader = shaders::find("fused/latent", Tile::None)?;
    let constants = vec![
        heads.inputs,
        draw.latent,
        next.outputs,
        next.activation as u32,
        heads.weight.offset,
        heads.bias.offset,
        next.weight.offset,
        next.bias.offset,
    ];
    let bindings = lowering.bind(&[heads.x, params(lowering)], &[heads.y, draw.z, draw.kl, next.y]);
    Ok(Launch { shader, constants, bindings, workgroups: owners(lowering), product: None })
}

fn latent_grad(
    lowering: &Lowering<'_>,
    to_z: &LinearGradInput,
    grad: &ReparamGrad,
    next: &LinearGradInput,
) -> Result<Launch> {
    let shader = shaders::find("fused/latent_grad", Tile::None)?;
    let constants = vec![
        next.inputs,
        grad.latent,
        to_z.outputs,
        next.activation as u32,
        to_z.weight.offset,
        next.weight.offset,
        grad.gated.into(),
    ];
    // Identity reads nothing, and was given what the chain writes in place of something saved.
    let saved = if next.saved == next.delta { to_z.delta } else { next.saved };
    let read = [to_z.delta, params(lowering), grad.stats, grad.z, grad.gate, saved];
    let bindings = lowering.bind(&read, &[grad.dstats, next.dx]);
    Ok(Launch { shader, constants, bindings, workgroups: owners(lowering), product: None })
}

fn fused_update(
    lowering: &Lowering<'_>,
    group: &LinearGradWeight,
    op: &Op,
    update: &Update,
    (losses, metrics): (&Op, &Metrics),
) -> Result<Option<Vec<Launch>>> {
    let placement = lowering.placement;
    let mut table = lowering.group(group);
    let (tile, product) = table.tile();
    for product in &group.products {
        if !table.takes(&[product.x, product.delta], placement) {
            return Ok(None);
        }
        table.push(product, placement)?;
    }
    let sums = [metrics.partial, metrics.kl, metrics.extra];
    if !table.takes(&sums, placement) {
        return Ok(None);
    }
    let [Some(partial), Some(kl), Some(extra)] = sums.map(|view| table.read(view, placement)) else {
        return Ok(None);
    };
    let (recon, ring) = (range(metrics.recon, placement), range(metrics.ring, placement));
    let mut bindings = table.arenas()?;
    let results = whole(recon.memory);
    if recon.memory != ring.memory
        || !matches!(results.memory, Memory::Arena(_))
        || bindings.iter().any(|(arena, _)| arena.memory == results.memory)
    {
        return Ok(None);
    }
    bindings.extend([Memory::Params, Memory::Moment1, Memory::Moment2].map(|memory| (whole(memory), true)));
    bindings.push((results, true));

    let name = match op {
        Op::Sgd(_) => "fused/update_sgd",
        Op::RmsProp(_) => "fused/update_rmsprop",
        _ => "fused/update_adam",
    };
    let [count, tiles] = table.counts();
    let constants = [
        constants::losses(metrics),
        vec![count, tiles],
        [update.weight_decay, update.a, update.b, update.epsilon].map(f32::to_bits).to_vec(),
        [partial, kl, extra].concat(),
        vec![recon.offset, ring.offset, 0, 0],
        table.table(),
    ]
    .concat();
    let shader = shaders::find(name, tile)?;
    let update = |workgroups| Launch { shader, constants, bindings, workgroups, product: Some(product) };
    Ok(Some(if tile == Tile::Direct {
        vec![update(folded(tiles)), lowering.one(losses)?]
    } else {
        // One more workgroup sums the losses.
        vec![update(folded(tiles + 1))]
    }))
}
