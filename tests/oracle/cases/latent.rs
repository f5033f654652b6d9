//! Cases of the reparameterisation and its gradient.

use vae_playground::op::{Op, Reparam, ReparamGrad, View};

use super::build::{Build, Data, step};
use super::{Case, Extent, Tolerance};

/// (rows, latent, samples)
fn shapes(extent: Extent) -> &'static [(u32, u32, u32)] {
    if extent == Extent::Reduced {
        &[(1, 1, 1), (5, 20, 3)]
    } else {
        &[
            (1, 1, 1),
            (1, 3, 3),
            (3, 2, 1),
            (63, 10, 3),
            (64, 20, 1),
            (65, 63, 1),
            (127, 64, 3),
            (131, 65, 1),
            (128, 131, 3),
            (9, 5, 2),
            (10, 4, 7),
        ]
    }
}

/// Log-variances: moderate, or a mix with ±20 and exact zeros.
fn statistic(extreme: bool) -> impl Fn(&mut Data) -> f32 {
    move |d| if extreme { d.pick(&[20.0, -20.0, 0.0, -0.0, 1.5, -2.5, 1e-4]) } else { d.normal_or_zero() }
}

pub(super) fn reparam(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for &(rows, latent, samples) in shapes(extent) {
        for (extreme, noise, defensive) in
            [(false, 1.0, false), (true, 1.0, false), (false, 0.0, false), (false, 1.0, true)]
        {
            let mut step = step(rows);
            step.noise = noise;
            let mut b = Build::new(rows + latent, rows + 2, step);
            let stats = b.input("stats", [rows + 2, rows, 2 * latent], statistic(extreme));
            let shape = [(rows + 2) * samples, rows * samples, latent];
            // ε carries an absolute error of 2·10⁻⁶, which a σ of e¹⁰ magnifies.
            let each = Tolerance::Each { atol: 2e-5, rtol: 5e-6 };
            let scaled = Tolerance::Scaled { atol: 1e-5, rtol: 5e-6 };
            let z = b.output("z", shape, if extreme { scaled } else { each });
            let kl = b.output("kl", [rows + 2, rows, 1], Tolerance::Each { atol: 1e-5, rtol: 1e-5 });
            let op = Op::Reparam(Reparam { stats, z, kl, latent, samples, defensive });
            let kind = if extreme { "extreme" } else { "moderate" };
            cases.push(b.finish(
                format!("{rows}×{samples} rows of {latent}, noise {noise}, {kind}, defensive {defensive}"),
                op,
            ));
        }
    }
    cases
}

pub(super) fn reparam_grad(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for &(rows, latent, samples) in shapes(extent) {
        for (extreme, gated) in [(false, false), (true, false), (false, true)] {
            let mut b = Build::new(7 * rows + latent, rows + 2, step(rows));
            let stats = b.input("stats", [rows + 2, rows, 2 * latent], statistic(extreme));
            let shape = [(rows + 2) * samples, rows * samples, latent];
            let z = b.input("z", shape, Data::normal);
            let dz = b.input("dz", shape, |d| 0.1 * d.normal_or_zero());
            // The penalty stands behind the gates.
            let gate = if gated {
                let mut at = 0..;
                let gates = b.input("gate", [1, 1, latent + 1], |d| {
                    if at.next() == Some(latent) { f32::NAN } else { d.pick(&[0.0, 1.0]) }
                });
                View { len: latent, ..gates }
            } else {
                stats
            };
            let tolerance = Tolerance::Each { atol: 1e-6, rtol: 1e-5 };
            let dstats = b.output("dstats", [rows + 2, rows, 2 * latent], tolerance);
            let op = Op::ReparamGrad(ReparamGrad { stats, z, dz, gate, dstats, latent, samples, gated });
            let kind = if extreme { "extreme" } else { "moderate" };
            cases.push(b.finish(format!("{rows}×{samples} rows of {latent}, {kind}, gated {gated}"), op));
        }
    }
    cases
}
