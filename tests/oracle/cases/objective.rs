//! Cases of the losses, the free bits and the metrics.

use vae_playground::op::{FreeBits, LOSS_COLUMNS, Loss, METRICS, Metrics, NORM_PARTIALS, Op, Total, View};
use vae_playground::spec::Likelihood;

use super::build::{Build, Data, step};
use super::{Case, Extent, Tolerance};

pub(super) fn loss(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    // (rows, width, samples); widths around vectors and around blocks of losses.
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1), (5, 67, 3)]
    } else {
        &[(1, 1, 1), (3, 15, 2), (2, 16, 3), (64, 63, 4), (5, 64, 5), (65, 65, 6), (7, 131, 7), (40, 784, 1)]
    };
    let likelihoods =
        [Likelihood::Bernoulli {}, Likelihood::Gaussian { sigma: 0.5 }, Likelihood::Gaussian { sigma: 2.0 }];
    for (i, &(rows, width, samples)) in shapes.iter().enumerate() {
        for likelihood in likelihoods {
            for masked in [false, true] {
                let bernoulli = likelihood == Likelihood::Bernoulli {};
                let mut b = Build::new(i as u32, rows + 2, step(rows));
                let [capacity, active] = [(rows + 2) * samples, rows * samples];
                // A squared error of 10⁴ would leave nothing of the small ones to compare.
                let logits = b.input("logits", [capacity, active, width], |d| {
                    if bernoulli && d.bits().is_multiple_of(8) {
                        d.pick(&[100.0, -100.0, 0.0, -0.0, 15.0, -15.0])
                    } else {
                        3.0 * d.normal()
                    }
                });
                let target = b.input("target", [rows + 2, rows, width], Data::pixel);
                let mask = if masked {
                    b.input("mask", [rows + 2, rows, width], |d| d.pick(&[0.0, 1.0, 1.0, 0.25, 3.0]))
                } else {
                    target
                };
                let tolerance = Tolerance::Scaled { atol: 1e-8, rtol: 1e-5 };
                let delta = b.output("delta", [capacity, active, width], tolerance);
                let columns = width.div_ceil(LOSS_COLUMNS);
                let sums = Tolerance::Scaled { atol: 1e-5, rtol: 1e-5 };
                let partial = b.output("partial", [capacity, active, columns], sums);
                let op = Op::Loss(Loss {
                    logits,
                    target,
                    mask,
                    delta,
                    partial,
                    width,
                    samples,
                    likelihood,
                    masked,
                });
                let label = format!("{rows}×{samples} rows of {width}, {likelihood:?}, masked {masked}");
                cases.push(b.finish(label, op));
            }
        }
    }
    cases
}

pub(super) fn free_bits(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes: &[(u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1), (5, 20)]
    } else {
        &[(1, 1), (1, 3), (3, 2), (63, 10), (64, 20), (65, 64), (127, 65), (1000, 131)]
    };
    for &(rows, latent) in shapes {
        for floor in [0.01, 0.5, 3.0] {
            let mut b = Build::new(rows + latent, rows + 2, step(rows));
            // Dimensions from hardly used to well used, on both sides of the floor.
            let mut at = 0..;
            let stats = b.input("stats", [rows + 2, rows, 2 * latent], |d| {
                let column: u32 = at.next().unwrap() % latent;
                [1.0, 0.03, 0.3, 2.0][column as usize % 4] * d.normal_or_zero()
            });
            let tolerance = Tolerance::Scaled { atol: 1e-6, rtol: 1e-5 };
            let gate = b.output("gate", [1, 1, latent + 1], tolerance);
            let op = Op::FreeBits(FreeBits { stats, gate, latent, floor });
            cases.push(b.finish(format!("{rows} rows of {latent}, λ {floor}"), op));
        }
    }
    cases
}

pub(super) fn metrics(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1), (5, 13, 3)]
    } else {
        &[(1, 1, 1), (3, 2, 3), (63, 13, 1), (65, 1, 3), (128, 13, 1), (131, 64, 1), (700, 13, 3)]
    };
    for &(rows, columns, samples) in shapes {
        for total in [Total::Divergence, Total::FreeBits, Total::Bound] {
            for clipped in [false, true] {
                let mut b = Build::new(rows + columns, rows + 4, step(rows));
                let drawn = [(rows + 4) * samples, rows * samples];
                let partial = b.input("partial", [drawn[0], drawn[1], columns], |d| 20.0 * d.unit());
                let kl = b.input("kl", [rows + 4, rows, 1], |d| 30.0 * d.unit());
                // Not read where the norm is not computed, so it may hold anything.
                let norm = b.input("norm", [1, u32::from(clipped), NORM_PARTIALS], Data::unit);
                let extra = extra(&mut b, total, kl);
                let each = Tolerance::Each { atol: 0.0, rtol: 1e-5 };
                let recon = b.output("recon", [drawn[0], drawn[1], 1], each);
                // The other entries hold the losses of other steps and must stay.
                let each = Tolerance::Each { atol: 1e-6, rtol: 1e-5 };
                let ring = b.updated("ring", vec![-77.0; 3 * METRICS as usize], each);
                b.ports().metrics = Some(ring);
                let op = Op::Metrics(Metrics {
                    partial,
                    kl,
                    norm,
                    total,
                    extra,
                    recon,
                    ring,
                    columns,
                    samples,
                    clipped,
                });
                let label = format!("{rows}×{samples} rows, {columns} columns, {total:?}, clipped {clipped}");
                cases.push(b.finish(label, op));
            }
        }
    }
    cases
}

/// What the objective has in place of β·KL.
pub(super) fn extra(b: &mut Build, total: Total, kl: View) -> View {
    let rows = b.rows();
    match total {
        Total::Divergence => kl,
        Total::FreeBits => {
            // Gates, which are not read, and then the penalty.
            let mut at = 0..;
            b.input("gate", [1, 1, 8], |d| if at.next() == Some(7) { 3.0 + d.unit() } else { f32::NAN })
        }
        Total::Bound => b.input("bound", [rows + 4, rows, 1], |d| 90.0 + 10.0 * d.unit()),
    }
}
