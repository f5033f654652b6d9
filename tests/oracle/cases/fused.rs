//! Cases of chains of operations that a backend may compute together.

use std::sync::Arc;

use vae_playground::binarize::Binarize;
use vae_playground::op::{
    GROUP, Gather, Linear, LinearGradInput, LinearGradWeight, METRICS, Metrics, Op, Reparam, ReparamGrad,
    Space, Split, Total, Update, View, WeightGradient,
};
use vae_playground::params::BLOCK_ALIGN;
use vae_playground::spec::Activation;

use super::build::{Build, Data, step};
use super::{Case, Dataset, Extent, Tolerance, objective};
use crate::oracle::math;
use crate::oracle::memory::Images;

const CLOSE: Tolerance = Tolerance::Scaled { atol: 2e-6, rtol: 1e-5 };

/// Weights that keep sums of `terms` products near 1.
fn weight(terms: u32) -> impl Fn(&mut Data) -> f32 {
    let scale = 1.0 / (terms as f32).sqrt();
    move |d| scale * d.normal()
}

/// Several activations, among them all that a product of this kind may have.
fn activation(i: usize) -> Activation {
    Activation::ALL[i % Activation::ALL.len()]
}

pub(super) fn gather_linear(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    // Images, pixels, rows of the step, outputs.
    let shapes: &[(u32, u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1, 1), (5, 300, 20, 70)]
    } else {
        &[
            (1, 1, 1, 1),
            (7, 63, 64, 65),
            (40, 65, 65, 130),
            (131, 127, 3, 63),
            (200, 784, 128, 400),
            (33, 1025, 20, 40),
        ]
    };
    for (i, &(count, pixels, rows, outputs)) in shapes.iter().enumerate() {
        for (binarize, split) in [
            (Binarize::None, Split::Train),
            (Binarize::Dynamic, Split::Train),
            (Binarize::Static, Split::Test),
        ] {
            let mut step = step(rows);
            step.first = 2;
            let mut b = Build::new(200 + i as u32, rows + 3, step);
            let images = Images {
                pixels: (0..count * pixels).map(|_| b.data.bits() as u8).collect(),
                labels: Arc::from([]),
                order: (0..rows + 4).map(|_| b.data.bits() % count).collect(),
            };
            b.set_dataset(Dataset { split, pixels, images });
            let grey = Tolerance::Each { atol: 0.0, rtol: 3e-7 };
            let x = b.output("x", [rows + 3, rows, pixels], grey);
            let weight = b.params(outputs * pixels, weight(pixels));
            let bias = b.params(outputs, Data::normal_or_zero);
            let y = b.output("y", [rows + 3, rows, outputs], CLOSE);
            let whole = |space| View { space, offset: 0, len: 0 };
            let (images, order) = (whole(Space::Images(split)), whole(Space::Order(split)));
            let (inputs, samples, activation) = (pixels, 1, activation(i + 1));
            let ops = vec![
                Op::Gather(Gather { images, order, x, pixels, binarize }),
                Op::Linear(Linear { x, weight, bias, y, inputs, outputs, samples, activation }),
            ];
            let label = format!("{rows} images of {pixels} pixels to {outputs}, {binarize:?}");
            cases.push(b.finish_chain(label, ops));
        }
    }
    cases
}

/// Rows, width of the layer before (behind) the latent, latent, width of the layer behind (before) it.
fn latent_shapes(extent: Extent) -> &'static [(u32, u32, u32, u32)] {
    if extent == Extent::Reduced {
        &[(1, 1, 1, 1), (5, 300, 20, 300)]
    } else {
        &[
            (1, 1, 1, 1),
            (3, 255, 2, 257),
            (4, 256, 9, 256),
            (6, 257, 33, 255),
            (130, 400, 20, 400),
            (9, 513, 64, 70),
            (7, 64, 65, 3),
            (5, 70, 128, 600),
        ]
    }
}

pub(super) fn latent(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, &(rows, inputs, latent, outputs)) in latent_shapes(extent).iter().enumerate() {
        for noise in [1.0, 0.0] {
            let mut step = step(rows);
            step.noise = noise;
            let (batch, samples, width) = (rows + 5, 1, 2 * latent);
            let mut b = Build::new(300 + i as u32, batch, step);
            let x = b.input("x", [batch, rows, inputs], Data::normal_or_zero);
            let heads = [b.params(width * inputs, weight(inputs)), b.params(width, Data::normal_or_zero)];
            let stats = b.output("stats", [batch, rows, width], CLOSE);
            let z = b.output("z", [batch, rows, latent], Tolerance::Scaled { atol: 1e-5, rtol: 1e-5 });
            let kl = b.output("kl", [batch, rows, 1], CLOSE);
            let next = [b.params(outputs * latent, weight(latent)), b.params(outputs, Data::normal_or_zero)];
            let y = b.output("y", [batch, rows, outputs], Tolerance::Scaled { atol: 1e-5, rtol: 1e-5 });
            let linear = |x, [weight, bias]: [View; 2], y, inputs, outputs, activation| {
                Op::Linear(Linear { x, weight, bias, y, inputs, outputs, samples, activation })
            };
            let ops = vec![
                linear(x, heads, stats, inputs, width, Activation::Identity),
                Op::Reparam(Reparam { stats, z, kl, latent, samples, defensive: false }),
                linear(z, next, y, latent, outputs, activation(i + 1)),
            ];
            let label = format!("{rows} rows, {inputs} to {latent} to {outputs}, noise {noise}");
            cases.push(b.finish_chain(label, ops));
        }
    }
    cases
}

pub(super) fn latent_grad(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, &(rows, inputs, latent, outputs)) in latent_shapes(extent).iter().enumerate() {
        for gated in [false, true] {
            let (batch, samples, width) = (rows + 5, 1, 2 * latent);
            let mut b = Build::new(400 + i as u32, batch, step(rows));
            let delta = b.input("delta", [batch, rows, outputs], Data::normal_or_zero);
            let next_weight = b.params(outputs * latent, weight(outputs));
            let dz = b.local("dz", batch * latent);
            let stats = b.input("stats", [batch, rows, width], Data::normal_or_zero);
            let z = b.input("z", [batch, rows, latent], Data::normal);
            let gate = if gated { b.input("gate", [1, 1, latent], |d| d.pick(&[0.0, 1.0])) } else { stats };
            let dstats = b.output("dstats", [batch, rows, width], CLOSE);
            let weight = b.params(width * inputs, weight(width));
            let kind = activation(i + usize::from(gated));
            let saved = if kind == Activation::Identity {
                dstats
            } else {
                b.input("saved", [batch, rows, inputs], |d| {
                    let x = f64::from(3.0 * d.normal_or_zero());
                    (if kind.gradient_from_output() { math::activation(kind, x) } else { x }) as f32
                })
            };
            let dx = b.output("dx", [batch, rows, inputs], CLOSE);
            let ops = vec![
                Op::LinearGradInput(LinearGradInput {
                    delta,
                    weight: next_weight,
                    saved: delta,
                    dx: dz,
                    inputs: latent,
                    outputs,
                    samples,
                    activation: Activation::Identity,
                }),
                Op::ReparamGrad(ReparamGrad { stats, z, dz, gate, dstats, latent, samples, gated }),
                Op::LinearGradInput(LinearGradInput {
                    delta: dstats,
                    weight,
                    saved,
                    dx,
                    inputs,
                    outputs: width,
                    samples,
                    activation: kind,
                }),
            ];
            let label = format!("{rows} rows, {outputs} to {latent} to {inputs}, {kind:?}, gated {gated}");
            cases.push(b.finish_chain(label, ops));
        }
    }
    cases
}

/// Rows, draws, and sizes N and K of each product.
type Products = (u32, u32, Vec<(u32, u32)>);

/// Gradients of all parameters with their update and the losses.
pub(super) fn update(rule: &str, extent: Extent) -> Vec<Case> {
    let mut shapes: Vec<Products> = vec![(1, 1, vec![(1, 1)]), (21, 3, vec![(3, 5), (70, 130)])];
    if extent > Extent::Reduced {
        shapes.push((131, 1, vec![(400, 784), (40, 400), (64, 63)]));
        shapes.push((17, 2, (1..=GROUP as u32).map(|i| (7 * i, 90 - 5 * i)).collect()));
    }
    let mut cases = Vec::new();
    for (i, (rows, samples, products)) in shapes.iter().enumerate() {
        for (j, total) in [Total::Divergence, Total::FreeBits, Total::Bound].into_iter().enumerate() {
            let mut b = Build::new(500 + (3 * i + j) as u32, rows + 2, step(*rows));
            let (group, len) = products_of(&mut b, *samples, products);
            let update = update_of(&mut b, rule, &group, len, if j == 1 { 0.01 } else { 0.0 });
            let metrics = metrics(&mut b, *samples, total);
            let label = format!("{rows}×{samples} rows, {} products, {total:?}", products.len());
            let update = match rule {
                "sgd" => Op::Sgd(update),
                "rmsprop" => Op::RmsProp(update),
                _ => Op::Adam(update),
            };
            let group = Op::LinearGradWeight(LinearGradWeight { products: group });
            cases.push(b.finish_chain(label, vec![group, update, Op::Metrics(metrics)]));
        }
    }
    cases
}

/// Products whose gradients fill an arena, and its length.
fn products_of(b: &mut Build, samples: u32, sizes: &[(u32, u32)]) -> (Vec<WeightGradient>, u32) {
    let rows = b.rows();
    let drawn = [(rows + 2) * samples, rows * samples];
    let mut end = 0;
    let mut block = |len: u32| {
        let view = View { space: Space::Grads, offset: end, len };
        end = (end + len).next_multiple_of(BLOCK_ALIGN);
        view
    };
    let product = |&(outputs, inputs): &(u32, u32)| WeightGradient {
        x: b.input("x", [drawn[0], drawn[1], inputs], Data::normal_or_zero),
        delta: b.input("delta", [drawn[0], drawn[1], outputs], Data::normal_or_zero),
        weight: block(outputs * inputs),
        bias: block(outputs),
        inputs,
        outputs,
        samples,
    };
    let products = sizes.iter().map(product).collect();
    (products, end)
}

/// An update of the parameters of `group`; what pads the arena between blocks is zero, as it is in a model.
fn update_of(b: &mut Build, rule: &str, group: &[WeightGradient], len: u32, weight_decay: f32) -> Update {
    let mut used = vec![0.0; len as usize];
    for block in group.iter().flat_map(|p| [p.weight, p.bias]) {
        used[block.range()].fill(1.0);
    }
    let mut arena = |name, space, value: &dyn Fn(&mut Data) -> f32| {
        let mut used = used.iter();
        b.arena(name, space, len, Some(CLOSE), |d| used.next().unwrap() * value(d))
    };
    let params = arena("params", Space::Params, &|d| 0.1 * d.normal());
    let moment1 = arena("moment1", Space::Moment1, &Data::normal);
    let moment2 = arena("moment2", Space::Moment2, &|d| 0.01 + d.unit());
    let norm = b.input("norm", [1, 0, 1], Data::unit);
    let (a, second, epsilon) = match rule {
        "sgd" => (0.9, 0.0, 0.0),
        "rmsprop" => (0.99, 0.5, 1e-2),
        _ => (0.9, 0.999, 1e-2),
    };
    let grads = params.within(Space::Grads);
    Update { grads, norm, params, moment1, moment2, max_norm: 0.0, weight_decay, a, b: second, epsilon }
}

fn metrics(b: &mut Build, samples: u32, total: Total) -> Metrics {
    let (rows, columns) = (b.rows(), 13);
    let drawn = [(rows + 2) * samples, rows * samples];
    let partial = b.input("partial", [drawn[0], drawn[1], columns], |d| 20.0 * d.unit());
    let kl = b.input("kl", [rows + 2, rows, 1], |d| 30.0 * d.unit());
    let extra = objective::extra(b, total, kl);
    let each = Tolerance::Each { atol: 1e-6, rtol: 1e-5 };
    let recon = b.output("recon", [drawn[0], drawn[1], 1], each);
    let ring = b.updated("ring", vec![-77.0; 3 * METRICS as usize], each);
    b.ports().metrics = Some(ring);
    Metrics { partial, kl, norm: kl, total, extra, recon, ring, columns, samples, clipped: false }
}
