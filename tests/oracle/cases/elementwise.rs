//! Cases of gathering and of activations on their own.

use std::sync::Arc;

use vae_playground::binarize::Binarize;
use vae_playground::op::{Activate, Gather, Op, Space, Split, View};
use vae_playground::spec::Activation;

use super::build::{Build, step};
use super::{Case, Dataset, Extent, Tolerance};
use crate::oracle::memory::Images;

pub(super) fn gather(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    // Pixels that are no multiple of four make images start within a word.
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1), (5, 784, 3)]
    } else {
        &[(1, 1, 1), (2, 3, 2), (7, 63, 64), (40, 65, 65), (131, 127, 131), (200, 784, 128), (33, 1025, 20)]
    };
    for (i, &(count, pixels, rows)) in shapes.iter().enumerate() {
        for split in [Split::Train, Split::Test] {
            let mut step = step(rows);
            step.first = 2;
            let mut b = Build::new(100 + i as u32, rows + 3, step);
            let images = Images {
                labels: Arc::from([]),
                pixels: (0..count * pixels).map(|_| b.data.bits() as u8).collect(),
                order: (0..rows + 4).map(|_| b.data.bits() % count).collect(),
            };
            b.set_dataset(Dataset { split, pixels, images });
            let whole = |space| View { space, offset: 0, len: 0 };
            let tolerance = Tolerance::Each { atol: 0.0, rtol: 3e-7 };
            let x = b.output("x", [rows + 3, rows, pixels], tolerance);
            let (images, order) = (whole(Space::Images(split)), whole(Space::Order(split)));
            let op = Op::Gather(Gather { images, order, x, pixels, binarize: Binarize::None });
            cases.push(b.finish(format!("{rows} of {count} images of {pixels} pixels, {split:?}"), op));
        }
    }
    cases
}

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
