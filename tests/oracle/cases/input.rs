//! Cases of the ops that bring images and labels in.

use std::sync::Arc;

use vae_playground::binarize::Binarize;
use vae_playground::op::{Condition, ConditionGrad, Gather, GatherLabels, Op, Space, Split, View};

use super::build::{Build, Data, step};
use super::{Case, Dataset, Extent, Tolerance};
use crate::oracle::memory::Images;

/// Nothing is computed: values arrive as they are.
const EXACT: Tolerance = Tolerance::Each { atol: 0.0, rtol: 0.0 };

fn whole(space: Space) -> View {
    View { space, offset: 0, len: 0 }
}

pub(super) fn gather(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    // Pixels that are no multiple of four make images start within a word, and within a hash.
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1), (5, 784, 3)]
    } else {
        &[(1, 1, 1), (2, 3, 2), (7, 63, 64), (40, 65, 65), (131, 127, 131), (200, 784, 128), (33, 1025, 20)]
    };
    for (i, &(count, pixels, rows)) in shapes.iter().enumerate() {
        for binarize in [Binarize::None, Binarize::Dynamic, Binarize::Static] {
            for split in [Split::Train, Split::Test] {
                let mut step = step(rows);
                step.first = 2;
                let mut b = Build::new(100 + i as u32, rows + 3, step);
                let images = Images {
                    pixels: (0..count * pixels).map(|_| b.data.bits() as u8).collect(),
                    labels: Arc::from([]),
                    order: (0..rows + 4).map(|_| b.data.bits() % count).collect(),
                };
                b.set_dataset(Dataset { split, pixels, images });
                let grey = Tolerance::Each { atol: 0.0, rtol: 3e-7 };
                let x = b.output(
                    "x",
                    [rows + 3, rows, pixels],
                    if binarize == Binarize::None { grey } else { EXACT },
                );
                let (images, order) = (whole(Space::Images(split)), whole(Space::Order(split)));
                let op = Op::Gather(Gather { images, order, x, pixels, binarize });
                let label =
                    format!("{rows} of {count} images of {pixels} pixels, {binarize:?} targets, {split:?}");
                cases.push(b.finish(label, op));
            }
        }
    }
    cases
}

pub(super) fn gather_labels(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    // (images, classes, rows); numbers of images that end within a word.
    let shapes: &[(u32, u32, u32)] = if extent == Extent::Reduced {
        &[(1, 1, 1), (13, 10, 7)]
    } else {
        &[(1, 1, 1), (2, 3, 5), (3, 10, 64), (61, 10, 65), (130, 47, 131), (300, 256, 128)]
    };
    for (i, &(count, classes, rows)) in shapes.iter().enumerate() {
        for split in [Split::Train, Split::Test] {
            let mut step = step(rows);
            step.first = 3;
            let mut b = Build::new(i as u32, rows + 3, step);
            // Labels past the classes, unless the first image is the only one.
            let past = if count == 1 { classes } else { classes + 2 };
            let images = Images {
                pixels: (0..count).map(|_| b.data.bits() as u8).collect(),
                labels: (0..count).map(|_| (b.data.bits() % past).min(255) as u8).collect(),
                order: (0..rows + 5).map(|_| b.data.bits() % count).collect(),
            };
            b.set_dataset(Dataset { split, pixels: 1, images });
            let y = b.output("y", [rows + 3, rows, classes], EXACT);
            let (labels, order) = (whole(Space::Labels(split)), whole(Space::Order(split)));
            let op = Op::GatherLabels(GatherLabels { labels, order, y, classes });
            cases.push(b.finish(format!("{rows} of {count} labels, {classes} classes, {split:?}"), op));
        }
    }
    cases
}

/// (rows, width, classes, repeat, samples)
fn conditioned(extent: Extent) -> &'static [(u32, u32, u32, u32, u32)] {
    if extent == Extent::Reduced {
        &[(1, 1, 1, 1, 1), (5, 36, 3, 4, 3)]
    } else {
        &[
            (1, 1, 1, 1, 1),
            (3, 2, 3, 1, 7),
            (7, 20, 10, 1, 1),
            (64, 50, 10, 1, 5),
            (65, 63, 4, 16, 2),
            (131, 65, 10, 1, 3),
            (20, 784, 10, 784, 1),
        ]
    }
}

pub(super) fn condition(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, &(rows, width, classes, repeat, samples)) in conditioned(extent).iter().enumerate() {
        let mut b = Build::new(i as u32, rows + 2, step(rows));
        let [capacity, active] = [(rows + 2) * samples, rows * samples];
        let x = b.input("x", [capacity, active, width], Data::normal_or_zero);
        // Values other than 0 and 1 tell one class's place from another's.
        let labels = b.input("labels", [rows + 2, rows, classes], Data::normal);
        let y = b.output("y", [capacity, active, width + classes * repeat], EXACT);
        let op = Op::Condition(Condition { x, labels, y, width, classes, repeat, samples });
        cases.push(b.finish(format!("{rows}×{samples} rows of {width} + {classes}×{repeat}"), op));
    }
    cases
}

pub(super) fn condition_grad(extent: Extent) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, &(rows, width, classes, repeat, samples)) in conditioned(extent).iter().enumerate() {
        let total = width + classes * repeat;
        let mut b = Build::new(i as u32, rows + 2, step(rows));
        let [capacity, active] = [(rows + 2) * samples, rows * samples];
        let dy = b.input("dy", [capacity, active, total], Data::normal_or_zero);
        let dx = b.output("dx", [capacity, active, width], EXACT);
        let op = Op::ConditionGrad(ConditionGrad { dy, dx, width, total, samples });
        cases.push(b.finish(format!("{rows}×{samples} rows, {width} of {total}"), op));
    }
    cases
}
