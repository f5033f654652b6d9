//! CPU twin of `shaders/condition_grad.wgsl`: what of a gradient belongs to the values before the label.

use super::memory::Memory;
use crate::op::{ConditionGrad, Step};

pub(super) fn run(o: &ConditionGrad, memory: &mut Memory<'_>, step: &Step) {
    let (width, total) = (o.width as usize, o.total as usize);
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.dx], |memory, [dx]| {
        let from = memory.read(o.dy).chunks_exact(total);
        for (dx, dy) in dx.chunks_exact_mut(width).zip(from).take(rows) {
            dx.copy_from_slice(&dy[..width]);
        }
    });
}
