//! CPU twin of `shaders/condition.wgsl`: rows with their label behind them.

use super::memory::Memory;
use crate::op::{Condition, Step};

pub(super) fn run(o: &Condition, memory: &mut Memory<'_>, step: &Step) {
    let (width, classes, repeat) = (o.width as usize, o.classes as usize, o.repeat as usize);
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.y], |memory, [y]| {
        let (x, labels) = (memory.read(o.x), memory.read(o.labels));
        for (row, y) in y.chunks_exact_mut(width + classes * repeat).take(rows).enumerate() {
            let (values, planes) = y.split_at_mut(width);
            values.copy_from_slice(&x[row * width..][..width]);
            let label = &labels[row / o.samples as usize * classes..][..classes];
            for (plane, &value) in planes.chunks_exact_mut(repeat).zip(label) {
                plane.fill(value);
            }
        }
    });
}
