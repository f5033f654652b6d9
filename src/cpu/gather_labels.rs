//! CPU twin of `shaders/gather_labels.wgsl`: one-hot rows of the labels of the step's images.

use super::memory::Memory;
use crate::op::{GatherLabels, Step};

pub(super) fn run(o: &GatherLabels, memory: &mut Memory<'_>, step: &Step) {
    let (rows, classes) = (step.rows as usize, o.classes as usize);
    memory.write([o.y], |memory, [y]| {
        let dataset = memory.dataset(o.labels);
        let order = &dataset.order[step.first as usize..][..rows];
        for (y, &image) in y.chunks_exact_mut(classes).zip(order) {
            let label = usize::from(dataset.labels[image as usize]);
            y.fill(0.0);
            if let Some(one) = y.get_mut(label) {
                *one = 1.0;
            }
        }
    });
}
