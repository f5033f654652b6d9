//! CPU twin of `shaders/loss.wgsl`: −log p(x|z) from logits, and its gradient.

use super::Machine;
use super::likelihood::{self, Row};
use super::memory::Memory;
use super::threads::Chunks;
use crate::op::{LOSS_COLUMNS, Loss, Step};

pub(super) fn run(o: &Loss, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (rows, width) = ((step.rows * o.samples) as usize, o.width as usize);
    let columns = width.div_ceil(LOSS_COLUMNS as usize);
    let scale = step.inv_batch / o.samples as f32;
    memory.write([o.delta, o.partial], |memory, [delta, partial]| {
        let (logits, targets, masks) = (memory.read(o.logits), memory.read(o.target), memory.read(o.mask));
        let pieces = (Chunks::new(&mut delta[..rows * width], width), Chunks::new(partial, columns));
        machine.threads.each(pieces, |row, (delta, partial)| {
            let delta = delta.values();
            delta.copy_from_slice(&logits[row * width..][..width]);
            let image = row / o.samples as usize * width;
            let row = Row {
                likelihood: o.likelihood,
                scale,
                bias: None,
                target: &targets[image..][..width],
                mask: o.masked.then(|| &masks[image..][..width]),
                delta,
                partial: partial.values(),
            };
            likelihood::run(machine.isa, row);
        });
    });
}
