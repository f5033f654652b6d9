//! Cases of activations on their own.

use vae_playground::op::{Activate, Op};
use vae_playground::spec::Activation;

use super::build::{Build, step};
use super::{Case, Extent, Tolerance};

/// Arguments across every regime of the functions: exact zero, tiny, the interesting middle, saturation.
const ARGUMENTS: [f32; 22] = [
    0.0, -0.0, 1e-6, -1e-6, 1e-3, -1e-3, 0.5, -0.5, 1.0, -1.0, 5.0, -5.0, 9.0, -9.0, 20.0, -20.0, 88.0,
    -88.0, 100.0, -100.0, 1e4, -1e4,
];

pub(super) fn activate(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(3, 65, 1)]
    } else {
        &[(1, 1, 1), (3, 3, 3), (64, 65, 1), (43, 131, 3), (128, 784, 1)]
    };
    for activation in Activation::ALL {
        for &(rows, width, samples) in shapes {
            let mut b = Build::new(rows ^ width, rows + 1, step(rows));
            let shape = [(rows + 1) * samples, rows * samples, width];
            let x = b.input("x", shape, |d| {
                if d.bits().is_multiple_of(2) { d.pick(&ARGUMENTS) } else { 3.0 * d.normal() }
            });
            let y = b.output("y", shape, Tolerance::Each { atol: 1e-6, rtol: 1e-5 });
            let op = Op::Activate(Activate { x, y, width, samples, activation });
            cases.push(b.finish(format!("{activation:?}, {rows}×{samples} rows of {width}"), op));
        }
    }
    cases
}
