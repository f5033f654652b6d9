//! Cases of the gradient norm and of the optimisers.

use vae_playground::op::{GradNorm, NORM_PARTIALS, Op, Space, Update};

use super::build::{Build, Data, step};
use super::{Case, Extent, Tolerance};

/// Lengths of arenas: always whole blocks of 64 values.
fn lengths(extent: Extent) -> &'static [u32] {
    if extent == Extent::Reduced { &[64, 4160] } else { &[64, 192, 16_384, 16_448, 70_016] }
}

pub(super) fn grad_norm(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for &len in lengths(extent) {
        let mut b = Build::new(len, 1, step(1));
        let grads = b.arena("grads", Space::Grads, len, None, Data::normal);
        let partial = b.output("partial", [1, 1, NORM_PARTIALS], Tolerance::Total { rtol: 3e-6 });
        cases.push(b.finish(format!("{len} values"), Op::GradNorm(GradNorm { grads, partial })));
    }
    cases
}

pub(super) fn optimizer(name: &str, extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    // Clipping: off, on and reached, on and not reached.
    for (i, &len) in lengths(extent).iter().enumerate() {
        for (max_norm, weight_decay) in [(0.0, 0.0), (0.5, 0.01), (1e6, 0.0)] {
            for momentum in [0.0, 0.9] {
                let mut b = Build::new(i as u32, 1, step(1));
                // A tenth of the gradients are exactly zero, half of those with zero states.
                let zero = |i: u32| i % 10 == 3;
                let fresh = |i: u32| i % 20 == 3;
                let mut at = 0..;
                let grads = b.arena("grads", Space::Grads, len, None, |d| {
                    if zero(at.next().unwrap()) { 0.0 } else { d.normal() }
                });
                let norm = b.input("norm", [1, 1, NORM_PARTIALS], Data::unit);
                // Parameters no larger than their updates, so that a wrong update shows.
                let each = Tolerance::Each { atol: 1e-6, rtol: 1e-5 };
                let params = b.arena("params", Space::Params, len, Some(each), |d| 0.1 * d.normal());
                let mut at = 0..;
                let moment1 = b.arena("moment1", Space::Moment1, len, Some(each), |d| {
                    if fresh(at.next().unwrap()) { 0.0 } else { d.normal() }
                });
                let mut at = 0..;
                let moment2 = b.arena("moment2", Space::Moment2, len, Some(each), |d| {
                    if fresh(at.next().unwrap()) { 0.0 } else { 0.01 + d.unit() }
                });
                let (a, second, epsilon) = match name {
                    "sgd" => (momentum, 0.0, 0.0),
                    "rmsprop" => (0.99, momentum, 1e-8),
                    _ => (momentum, 0.999, 1e-8),
                };
                let update = Update {
                    grads,
                    norm,
                    params,
                    moment1,
                    moment2,
                    max_norm,
                    weight_decay,
                    a,
                    b: second,
                    epsilon,
                };
                let op = match name {
                    "sgd" => Op::Sgd(update),
                    "rmsprop" => Op::RmsProp(update),
                    _ => Op::Adam(update),
                };
                let label = format!("{len} values, a {a}, clip {max_norm}, decay {weight_decay}");
                cases.push(b.finish(label, op));
            }
        }
    }
    cases
}
