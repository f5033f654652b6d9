//! Cases of importance weights and of what they scale.

use vae_playground::op::{ImportanceWeights, IwaeGrad, Op, ScaleRows, View};

use super::build::{Build, Data, step};
use super::{Case, Extent, Tolerance};

/// (rows, latent, samples, columns of partial losses)
fn shapes(extent: Extent) -> &'static [(u32, u32, u32, u32)] {
    if extent == Extent::Reduced {
        &[(1, 1, 1, 1), (5, 3, 3, 2)]
    } else {
        &[
            (1, 1, 1, 1),
            (1, 2, 2, 13),
            (3, 1, 3, 1),
            (4, 20, 4, 13),
            (65, 5, 5, 2),
            (63, 10, 6, 1),
            (131, 50, 7, 13),
            (5, 65, 50, 3),
            (2, 3, 1000, 1),
        ]
    }
}

/// How the draws of an image compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weights {
    /// All within a few nats of each other.
    Alike,
    /// Losses of −1000 nats, as densities above 1 have: w itself overflows.
    Overflowing,
    /// Losses of 1000 nats: w itself is 0.
    Vanishing,
    /// One of the draws is 60 nats better than the others.
    Dominated,
}

pub(super) fn importance_weights(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, &(rows, latent, samples, columns)) in shapes(extent).iter().enumerate() {
        for (kind, defensive) in [
            (Weights::Alike, false),
            (Weights::Overflowing, false),
            (Weights::Vanishing, false),
            (Weights::Dominated, false),
            (Weights::Alike, true),
        ] {
            let mut step = step(rows);
            step.beta = [0.7, 1.0, 0.0, 2.0][i % 4];
            let mut b = Build::new(i as u32, rows + 2, step);
            let [capacity, active] = [(rows + 2) * samples, rows * samples];
            let mut at = 0..;
            let shift = match kind {
                Weights::Alike | Weights::Dominated => 0.0,
                Weights::Overflowing => -1000.0 / columns as f32,
                Weights::Vanishing => 1000.0 / columns as f32,
            };
            let partial = b.input("partial", [capacity, active, columns], |d| {
                let draw: u32 = at.next().unwrap() / columns;
                let best = kind == Weights::Dominated && draw % samples == draw / samples % samples;
                shift + 4.0 * d.unit() / columns as f32 - if best { 60.0 / columns as f32 } else { 0.0 }
            });
            let scale = 1.0 / (latent as f32).sqrt();
            let stats = b.input("stats", [rows + 2, rows, 2 * latent], |d| scale * d.normal_or_zero());
            let z = b.input("z", [capacity, active, latent], |d| scale * d.normal_or_zero());
            // A sum near 1000 is known to 6·10⁻⁵, and so is, relatively, its exponential.
            let shifted = shift != 0.0;
            let sums = Tolerance::Each { atol: 1e-5, rtol: 2e-6 };
            let log_weights = b.output("log weights", [capacity, active, 1], sums);
            let rtol = if shifted { 4e-4 } else { 1e-4 };
            let weights = b.output("weights", [capacity, active, 1], Tolerance::Each { atol: 1e-9, rtol });
            let bound = b.output("bound", [rows + 2, rows, 1], Tolerance::Each { atol: 1e-5, rtol: 2e-6 });
            let op = Op::ImportanceWeights(ImportanceWeights {
                partial,
                stats,
                z,
                log_weights,
                weights,
                bound,
                columns,
                latent,
                samples,
                defensive,
            });
            let label = format!("{rows}×{samples} draws of {latent}, {columns} columns, β {}", step.beta);
            cases.push(b.finish(format!("{label}, {kind:?}, defensive {defensive}"), op));
        }
    }
    cases
}

/// Weights that add up to 1 for each image, now and then all of it in one draw.
fn normalised(b: &mut Build, [capacity, rows, samples]: [u32; 3]) -> View {
    let mut values = Vec::new();
    for image in 0..rows {
        let raw: Vec<f32> = (0..samples)
            .map(|s| {
                let share = 0.05 + b.data.unit();
                if image % 4 == 3 { f32::from(u8::from(s == image % samples)) } else { share }
            })
            .collect();
        let total: f32 = raw.iter().sum();
        values.extend(raw.iter().map(|w| w / total));
    }
    let mut values = values.into_iter();
    b.input("weights", [capacity * samples, rows * samples, 1], |_| values.next().unwrap())
}

pub(super) fn scale_rows(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1), (5, 65, 3)]
    } else {
        &[(1, 1, 1), (3, 2, 2), (4, 784, 4), (65, 63, 5), (63, 64, 6), (131, 65, 7), (2, 9000, 3)]
    };
    for (i, &(rows, width, samples)) in shapes.iter().enumerate() {
        let mut b = Build::new(i as u32, rows + 2, step(rows));
        let weights = normalised(&mut b, [rows + 2, rows, samples]);
        // Rows past the step's are to stay as they are.
        let values = (0..(rows + 2) * samples * width).map(|_| b.data.normal()).collect();
        let values = b.updated("values", values, Tolerance::Each { atol: 0.0, rtol: 1e-6 });
        let op = Op::ScaleRows(ScaleRows { weights, values, width, samples });
        cases.push(b.finish(format!("{rows}×{samples} rows of {width}"), op));
    }
    cases
}

pub(super) fn iwae_grad(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for &(rows, latent, samples, _) in shapes(extent) {
        for dreg in [false, true] {
            for beta in [0.0, 0.7, 1.0, 2.5] {
                let mut step = step(rows);
                step.beta = beta;
                let mut b = Build::new(rows + 3 * latent, rows + 2, step);
                let [capacity, active] = [(rows + 2) * samples, rows * samples];
                let stats = b.input("stats", [rows + 2, rows, 2 * latent], Data::normal_or_zero);
                let z = b.input("z", [capacity, active, latent], Data::normal_or_zero);
                let dz = b.input("dz", [capacity, active, latent], |d| 0.1 * d.normal_or_zero());
                let weights = normalised(&mut b, [rows + 2, rows, samples]);
                let tolerance = Tolerance::Scaled { atol: 1e-6, rtol: 1e-5 };
                let dstats = b.output("dstats", [rows + 2, rows, 2 * latent], tolerance);
                let op = Op::IwaeGrad(IwaeGrad { stats, z, dz, weights, dstats, latent, samples, dreg });
                cases
                    .push(b.finish(format!("{rows}×{samples} draws of {latent}, DReG {dreg}, β {beta}"), op));
            }
        }
    }
    cases
}
