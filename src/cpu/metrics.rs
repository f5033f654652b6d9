//! CPU twin of `shaders/metrics.wgsl`: losses per row and the step's entry of the metrics ring.

use super::memory::Memory;
use crate::op::{METRICS, Metrics, Step, Total};

pub(super) fn run(o: &Metrics, memory: &mut Memory<'_>, step: &Step) {
    let (rows, columns) = (step.rows as usize, o.columns as usize);
    let total = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
    let mean = f64::from(step.inv_batch);
    memory.write([o.recon, o.ring], |memory, [recon, ring]| {
        let recon = &mut recon[..rows * o.samples as usize];
        for (recon, partial) in recon.iter_mut().zip(memory.read(o.partial).chunks_exact(columns)) {
            *recon = total(partial) as f32;
        }
        let norm = if o.clipped { total(memory.read(o.norm)) } else { 0.0 };
        let reconstruction = total(recon) * mean / f64::from(o.samples);
        let divergence = total(&memory.read(o.kl)[..rows]) * mean;
        let extra = memory.read(o.extra);
        let objective = match o.total {
            Total::Divergence => reconstruction + f64::from(step.beta) * divergence,
            Total::FreeBits => reconstruction + f64::from(step.beta) * f64::from(extra[extra.len() - 1]),
            Total::Bound => total(&extra[..rows]) * mean,
        };
        let at = (step.slot * METRICS) as usize;
        ring[at..at + METRICS as usize].copy_from_slice(&[
            reconstruction as f32,
            divergence as f32,
            norm as f32,
            step.rows as f32,
            objective as f32,
        ]);
    });
}
