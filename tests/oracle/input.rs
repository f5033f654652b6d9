//! What the ops that bring images and labels in mean.

use vae_playground::binarize::{self, Binarize};
use vae_playground::op::{Condition, ConditionGrad, Gather, GatherLabels, Space, Step, View};
use vae_playground::rng::{self, Purpose};

use super::apply::rows;
use super::memory::{Images, Memory};

/// The split that an op reads in the order `order`.
fn visited(data: View, order: View, mem: &Memory) -> Images {
    let (Space::Images(split) | Space::Labels(split), Space::Order(ordered)) = (data.space, order.space)
    else {
        panic!("{data:?} has no order {order:?}");
    };
    assert_eq!(split, ordered);
    mem.images(split).clone()
}

pub(super) fn gather(o: &Gather, mem: &mut Memory, step: &Step) {
    let pixels = o.pixels as usize;
    let images = visited(o.images, o.order, mem);
    let mut x = Vec::new();
    for row in 0..step.rows {
        let image = images.order[(step.first + row) as usize];
        let bytes = &images.pixels[image as usize * pixels..][..pixels];
        for (p, &byte) in bytes.iter().enumerate() {
            let grey = f64::from(byte) / 255.0;
            // Dynamic numbers belong to the place in the batch, static ones to the image.
            let (seed, draw, owner) = match o.binarize {
                Binarize::None => {
                    x.push(grey);
                    continue;
                }
                Binarize::Dynamic => (step.seed, step.step, step.row_offset + row),
                Binarize::Static => (binarize::static_seed(), 0, image),
            };
            let number = owner * o.pixels + p as u32;
            let bits = rng::hash(seed, Purpose::Binarise, draw, number / 4)[number as usize % 4];
            x.push(f64::from(f64::from(bits >> 8) / 16_777_216.0 < grey));
        }
    }
    mem.write(o.x, &x);
}

pub(super) fn gather_labels(o: &GatherLabels, mem: &mut Memory, step: &Step) {
    let images = visited(o.labels, o.order, mem);
    let mut y = Vec::new();
    for row in 0..step.rows {
        let label = images.labels[images.order[(step.first + row) as usize] as usize];
        y.extend((0..o.classes).map(|class| f64::from(class == u32::from(label))));
    }
    mem.write(o.y, &y);
}

pub(super) fn condition(o: &Condition, mem: &mut Memory, step: &Step) {
    let (width, classes) = (o.width as usize, o.classes as usize);
    let (x, labels) = (mem.read(o.x), mem.read(o.labels));
    let mut y = Vec::new();
    for row in 0..rows(step, o.samples) {
        let image = row / o.samples as usize;
        y.extend_from_slice(&x[row * width..(row + 1) * width]);
        for class in 0..classes {
            y.extend((0..o.repeat).map(|_| labels[image * classes + class]));
        }
    }
    mem.write(o.y, &y);
}

pub(super) fn condition_grad(o: &ConditionGrad, mem: &mut Memory, step: &Step) {
    let (width, total) = (o.width as usize, o.total as usize);
    let dy = mem.read(o.dy);
    let dx: Vec<f64> =
        (0..rows(step, o.samples) * width).map(|i| dy[i / width * total + i % width]).collect();
    mem.write(o.dx, &dx);
}
